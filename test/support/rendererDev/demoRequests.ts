/** The requests of the demo. */
import type { DialectName, RequestDetails, RequestRow } from '../../../app/shared/contract';
import { type Usage, unfinishedUsage } from '../../../app/shared/usage';
import { askedText, demoTurn, turnNumber } from './demoQuestions';
import { between, pick, random } from './demoRandom';

interface DemoClient {
  client: string;
  dialect: DialectName;
  path: string;
  agent: string;
}

export const CLIENTS: readonly [DemoClient, ...DemoClient[]] = [
  { client: 'Open WebUI', dialect: 'ollama', path: '/api/chat', agent: 'Python/3.11 aiohttp/3.11.11' },
  { client: 'ollama-js', dialect: 'ollama', path: '/api/chat', agent: 'ollama-js/0.6.4 (x64 linux Node.js/v20.20.2)' },
  { client: 'Continue', dialect: 'openai', path: '/v1/chat/completions', agent: 'Continue/1.3.9' },
  { client: 'openai-python', dialect: 'openai', path: '/v1/chat/completions', agent: 'OpenAI/Python 2.8.1' },
  { client: 'curl', dialect: 'ollama', path: '/api/generate', agent: 'curl/7.88.1' },
  { client: 'anthropic-sdk', dialect: 'anthropic', path: '/v1/messages', agent: 'Anthropic/JS 0.71.0' },
];
const MODELS = ['sonnet', 'opus', 'haiku', 'claude-sonnet-5-5'] as const;

type DemoFailure = readonly [outcome: RequestRow['outcome'], status: number];

const FAILURES: readonly [DemoFailure, ...DemoFailure[]] = [
  ['plan_limit', 429],
  ['broke_off', 200],
  ['refused', 401],
  ['invalid', 400],
  ['overloaded', 529],
  ['signed_out', 503],
  ['timeout', 504],
  ['failed', 502],
];

let lastId = 0;

/** A request that has just arrived. */
export function begun(at: number): RequestRow {
  const { client, dialect, path } = pick(CLIENTS);
  const id = `req_${(++lastId).toString(36).padStart(8, '0')}`;
  const hasKey = client === 'Continue';
  return {
    id,
    at,
    client,
    address: '127.0.0.1',
    dialect,
    method: 'POST',
    path,
    model: pick(MODELS),
    stream: true,
    keyId: hasKey ? 'key_laptop' : '',
    keyName: hasKey ? 'Laptop' : '',
    phase: 'waiting',
    outcome: 'waiting',
    asked: askedText(lastId),
    conversation: `conv_${lastId % 3}`,
    resolvedModel: null,
    served: null,
    status: null,
    usage: null,
    loadMs: null,
    firstTokenMs: null,
    durationMs: null,
  };
}

/** A request that has ended: a chat that succeeded, failed or was cancelled, or a listing. */
export function finished(at: number): RequestRow {
  const row = begun(at);
  const dice = random();
  if (dice < 0.22) {
    const path = pick(['/api/tags', '/api/version', '/v1/models', '/api/ps']);
    const dialect = path.startsWith('/v1') ? 'openai' : 'ollama';
    return {
      ...row,
      method: 'GET',
      path,
      dialect,
      model: '',
      asked: '',
      conversation: null,
      stream: false,
      phase: 'done',
      outcome: 'answered',
      status: 200,
      durationMs: between(1, 9),
    };
  }
  if (dice < 0.3) {
    const [outcome, status] = pick(FAILURES);
    return { ...row, phase: 'failed', outcome, status, durationMs: between(12, 900) };
  }
  const firstTokenMs = between(420, 2_300);
  const loadMs = Math.round(firstTokenMs * 0.2);
  const durationMs = firstTokenMs + between(700, 24_000);
  const tokens = usage(between(60, 1_900));
  if (dice < 0.35)
    return {
      ...row,
      ...(dice < 0.33 ? { phase: 'cancelled', outcome: 'hung_up' } : { phase: 'stopped', outcome: 'stopped' }),
      status: 499,
      loadMs,
      firstTokenMs,
      durationMs,
      usage: unfinishedUsage(tokens),
    };
  const costUsd = (tokens.input * 3 + tokens.cacheRead * 0.3 + tokens.cacheWrite * 3.75 + tokens.output * 15) / 1e6;
  const callsTool = demoTurn(turnNumber(row)).answer.some(({ kind }) => kind === 'tool_call');
  return {
    ...row,
    phase: 'done',
    outcome: callsTool ? 'called_tools' : dice > 0.97 ? 'output_limit' : dice > 0.95 ? 'declined' : 'answered',
    resolvedModel: 'claude-sonnet-5-5',
    served: pick(['live', 'new', 'replay', 'rewind'] as const),
    status: 200,
    loadMs,
    firstTokenMs,
    durationMs,
    usage: { ...tokens, costUsd },
  };
}

export function usage(output: number): Usage {
  return {
    input: between(3, 2_400),
    cacheRead: between(0, 38_000),
    cacheWrite: between(0, 5_200),
    output,
    thinking: 0,
    costUsd: 0,
  };
}

export function details(row: RequestRow): RequestDetails {
  const failed = row.phase === 'failed';
  return {
    ...row,
    route: row.path,
    userAgent: CLIENTS.find(({ client }) => client === row.client)?.agent ?? 'unknown',
    messages: row.model ? 7 : null,
    ...{
      queueMs: row.loadMs && Math.round(row.loadMs / 3),
      processMs: row.loadMs && Math.round((row.loadMs * 2) / 3),
      toolWaitMs: null,
    },
    promptMs: row.firstTokenMs === null || row.loadMs === null ? null : row.firstTokenMs - row.loadMs,
    answerMs: row.firstTokenMs === null || row.durationMs === null ? null : row.durationMs - row.firstTokenMs,
    error: failed ? 'The usage limit of this account is reached. It resets at 16:00.' : null,
    ignored: row.model && row.dialect !== 'anthropic' ? ['temperature', 'top_k', 'num_ctx'] : [],
    payer: 'Claude Max, ana@example.org',
    accountId: '',
    billing: 'plan',
    isolation:
      row.model && !failed
        ? 'An empty folder. Withheld: CLAUDE.md, settings, hooks, plugins, MCP servers, built-in tools.'
        : null,
  };
}
