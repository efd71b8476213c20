/**
 * Runs the tests of the table of clients (test/api/clients), records all answers of the server, and checks each object in them against
 * the specifications of Ollama and OpenAI. Anthropic publishes none that could be used.
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type RecordedExchange, readTraffic } from '../support/traffic';
import type { SpecCheck } from './check';
import type { CheckedObject } from './checkedObject';
import { ollamaChecker } from './ollama';
import { openaiAnswers } from './openaiAnswers';
import type { Schemas } from './schemas';

/** The kinds of objects that must occur, so that the check cannot pass without any. */
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

/** Takes as long as the tests of the table. @returns a check for each kind of object, with the number of objects in its name. */
export async function clientChecks(openai: Schemas, folder: string): Promise<SpecCheck[]> {
  const { passed, traffic } = await runClients();
  const at = (start: string) => traffic.filter((answer) => answer.path.startsWith(start));
  const ofAnthropic = new Set(at('/v1/messages'));
  const ofOpenai = at('/v1/').filter((answer) => !ofAnthropic.has(answer));
  console.log(
    `${traffic.length} answers to clients, of which ${ofAnthropic.size} in Anthropic’s dialect have no specification`,
  );
  return [
    { name: 'the clients get what they should', run: async () => (passed ? [] : ['their tests have failed']) },
    ...checks('Ollama', at('/api/').flatMap(ollamaChecker(folder))),
    ...checks('OpenAI', ofOpenai.flatMap(openaiAnswers(openai))),
  ];
}

function checks(dialect: keyof typeof EXPECTED, objects: readonly CheckedObject[]): SpecCheck[] {
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
    const child = spawn(process.execPath, [...vitest, '--project', 'traffic'], {
      env: { ...process.env, CLAUDACITY_TRAFFIC: folder },
      stdio: 'inherit',
    });
    const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
    return { passed: code === 0, traffic: readTraffic(folder) };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
