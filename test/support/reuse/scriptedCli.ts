/**
 * A program around the real CLI that records what the app writes to it, and whose answers to control requests a test replaces while it
 * runs: by answers that the real CLI does not give, or gives too rarely.
 */
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { createAlteredCli } from '../alteredCli';

/** The payload of a response, an object; the message of an error; or `null` for no response at all. */
export type ScriptedAnswer = { readonly response: unknown } | { readonly error: string } | null;

const SentLine = z.looseObject({
  type: z.string(),
  uuid: z.string().optional(),
  request: z.looseObject({ subtype: z.string() }).optional(),
});
type SentLine = z.infer<typeof SentLine>;

export interface ScriptedCli {
  /** The program's path, for one process. */
  readonly command: string;
  /** Replaces the answers to the next control requests of this subtype, one after the other. The CLI gets no request that is not to fail. */
  answer(subtype: string, ...answers: ScriptedAnswer[]): Promise<void>;
  /** The lines that the app has written. */
  sent(): Promise<SentLine[]>;
}

/** @param folder an empty one of its own. Needs a system on which a script can be a program. */
export async function createScriptedCli(folder: string): Promise<ScriptedCli> {
  const answers = path.join(folder, 'answers');
  const record = path.join(folder, 'sent');
  const command = await createAlteredCli(folder, {
    record,
    answer: `
      globalThis.used ??= new Set();
      const lines = readFileSync(${JSON.stringify(answers)}, 'utf8').split('\\n').filter(Boolean).map(JSON.parse);
      const at = lines.findIndex(({ subtype }, index) => subtype === request.subtype && !used.has(index));
      used.add(at);
      request.scripted = lines[at]?.answer;
      return request.scripted?.response;`,
    alter: `
      if (request.scripted === null) return false;
      if (request.scripted === undefined) return true;
      delete response.response;
      Object.assign(response, { subtype: 'error', error: request.scripted.error });`,
  });
  await Promise.all([writeFile(answers, ''), writeFile(record, '')]);
  return {
    command,
    answer: async (subtype, ...list) => {
      await appendFile(answers, list.map((answer) => `${JSON.stringify({ subtype, answer })}\n`).join(''));
    },
    sent: async () => {
      const lines = (await readFile(record, 'utf8')).split('\n').filter((line) => line !== '');
      return lines.map((line) => SentLine.parse(JSON.parse(line)));
    },
  };
}
