/** Checks responses and their events against the published types of Open Responses. Needs Python 3.11 or newer. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { captureOutput, ROOT } from '../../build/setup/command.mjs';
import { pipInstall } from '../programs/install';
import { send } from '../support/send';
import type { SpecCheck } from './check';
import { RESPONSES } from './openai';
import { eventData } from './openaiAnswers';

const CACHE = path.join(ROOT, '.cache', 'suites');
const CHECK = path.join(ROOT, 'test', 'specs', 'openResponses', 'check.py');
const TIMEOUT_MS = 60_000;

export const openResponsesCheck: SpecCheck = {
  name: 'every kind of response, by Open Responses',
  run: async (app) => {
    await mkdir(CACHE, { recursive: true });
    const python = await pipInstall(CACHE, 'openresponses-types', '2.4.0', 'python');
    const objects: string[] = [];
    for (const [, body, answer] of RESPONSES) {
      for (const stream of [false, true]) {
        app.api.setDefaultAnswer(...answer);
        const question = { model: 'sonnet', input: 'Question.', stream, ...body };
        const { text } = await send(`${app.url}/v1/responses`, { body: JSON.stringify(question) });
        objects.push(...(stream ? eventData(text) : [text]));
      }
    }
    const file = path.join(app.home, 'responses.jsonl');
    await writeFile(file, objects.join('\n'));
    const { code, output } = await captureOutput(python, ['-B', CHECK, file], { timeoutMs: TIMEOUT_MS });
    const lines = output.trim().split('\n');
    const findings = [...new Set(lines.filter((line) => line !== 'ok'))];
    if (code !== 0 || lines.length < objects.length) return [`it ended with ${code}`, ...findings];
    return findings;
  },
};
