/**
 * The matrix of clients (test/api/clients), run once more with a record of all that the server answers: each object in it is
 * held against the descriptions of Ollama's and OpenAI's dialects. Anthropic's has none that could be used.
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type RecordedExchange, readTraffic } from '../support/traffic';
import type { SpecCheck } from './check';
import type { Judged } from './judged';
import { openOllama } from './ollama';
import { openaiAnswers } from './openaiAnswers';
import type { Schemas } from './schemas';

/** What the clients must have been sent, so that a check of nothing does not pass. */
const EXPECTED = {
  Ollama: ['ChatResponse', 'ChatStreamEvent', 'ErrorResponse'],
  OpenAI: [
    ...['CreateChatCompletionResponse', 'CreateChatCompletionStreamResponse, streamed'],
    ...['CreateCompletionResponse', 'CreateCompletionResponse, streamed', 'Response', 'ErrorResponse'],
    ...[
      'ResponseCreatedEvent',
      'ResponseInProgressEvent',
      'ResponseOutputItemAddedEvent',
      'ResponseOutputItemDoneEvent',
    ],
    ...[
      'ResponseContentPartAddedEvent',
      'ResponseContentPartDoneEvent',
      'ResponseTextDeltaEvent',
      'ResponseTextDoneEvent',
    ],
    ...['ResponseReasoningSummaryPartAddedEvent', 'ResponseReasoningSummaryPartDoneEvent'],
    ...['ResponseReasoningSummaryTextDeltaEvent', 'ResponseReasoningSummaryTextDoneEvent'],
    ...['ResponseFunctionCallArgumentsDeltaEvent', 'ResponseFunctionCallArgumentsDoneEvent', 'ResponseCompletedEvent'],
  ],
};

/** Takes as long as the matrix. @returns a check for each kind of object, whose name says how many there were. */
export async function clientChecks(openai: Schemas, folder: string): Promise<SpecCheck[]> {
  const { passed, traffic } = await runClients();
  const at = (start: string) => traffic.filter((answer) => answer.path.startsWith(start));
  const ofAnthropic = new Set(at('/v1/messages'));
  const ofOpenai = at('/v1/').filter((answer) => !ofAnthropic.has(answer));
  console.log(
    `${traffic.length} answers to clients, of which ${ofAnthropic.size} in Anthropic’s dialect are not described`,
  );
  return [
    { name: 'the clients get what they should', run: async () => (passed ? [] : ['their tests have failed']) },
    ...checks('Ollama', at('/api/').flatMap(openOllama(folder))),
    ...checks('OpenAI', ofOpenai.flatMap(openaiAnswers(openai))),
  ];
}

function checks(dialect: keyof typeof EXPECTED, objects: readonly Judged[]): SpecCheck[] {
  const kinds = new Set([...EXPECTED[dialect], ...objects.map(({ kind }) => kind)]);
  return [...kinds].map((kind) => {
    const ofKind = objects.filter((object) => object.kind === kind);
    return {
      name: `to clients: ${ofKind.length} × ${dialect}’s ${kind}`,
      run: async () => (ofKind.length === 0 ? ['none was sent'] : ofKind.flatMap(({ findings }) => findings)),
    };
  });
}

async function runClients(): Promise<{ passed: boolean; traffic: readonly RecordedExchange[] }> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claudacity-traffic-'));
  try {
    const vitest = [path.resolve('node_modules/vitest/vitest.mjs'), 'run', '--config', 'test/vitest.config.mts'];
    const child = spawn(process.execPath, [...vitest, '--project', 'api', 'test/api/clients'], {
      env: { ...process.env, CLAUDACITY_TRAFFIC: folder },
      stdio: 'inherit',
    });
    const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
    return { passed: code === 0, traffic: readTraffic(folder) };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
