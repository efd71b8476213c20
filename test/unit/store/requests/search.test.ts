/** Searching the requests: those in memory and those in real SQLite files, through the worker thread. */
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ChatRequest } from '../../../../app/chat/request';
import type { RequestFilter, RequestRow } from '../../../../app/shared/contract';
import { NO_USAGE } from '../../../../app/shared/usage';
import { type Database, openDatabase } from '../../../../app/store/database';
import type { Journal, RequestEnd, RequestStart } from '../../../../app/store/journal';
import { holdsWords, searchedWords } from '../../../../app/store/requests/foldText';
import type { RequestTextsStore } from '../../../../app/store/requests/requestTexts';
import { createMaintenance, type Maintenance } from '../../../../app/store/sqlite/maintenance';
import { openJournal } from '../../../../app/store/sqliteJournal';
import { removeFolder, scratchFolder } from '../../../support/cli';
import { random as createRandom } from '../../../support/random';
import { recordingLog } from '../../../support/recordingLog';
import { testRequestTexts } from '../../../support/requestTexts';

let folder: string;
let database: Database;
let maintenance: Maintenance;
let texts: RequestTextsStore;
let journal: Journal;
let keepTexts: boolean;

beforeEach(async () => {
  folder = await scratchFolder();
  keepTexts = true;
  open();
});
afterEach(async () => {
  await close();
  await removeFolder(folder);
});

function open() {
  const log = recordingLog();
  database = openDatabase(path.join(folder, 'claudacity.db'), log);
  maintenance = createMaintenance({ database });
  const retention = {
    get keepTexts() {
      return keepTexts;
    },
  };
  texts = testRequestTexts(database, log, { maintenance, retention });
  journal = openJournal({ database, log, requestTexts: texts });
}

async function close() {
  await journal.close();
  await maintenance.close();
  database.close();
}

/** Writes what is in memory. */
async function reopen() {
  await close();
  open();
}

const START: RequestStart = {
  client: 'curl',
  address: '127.0.0.1',
  dialect: 'ollama',
  method: 'POST',
  path: '/api/chat',
  model: 'sonnet',
  stream: true,
  userAgent: 'curl/8',
};

function request(text: string): ChatRequest {
  return {
    ...{ model: 'sonnet', system: 'Be brief.', client: 'curl', thinking: false, owner: '' },
    messages: [{ role: 'user', content: [{ type: 'text', text }] }],
  };
}

interface Served {
  start?: Partial<RequestStart>;
  question?: string;
  answer?: string;
  end?: Partial<RequestEnd>;
}

function serve({ start, question = 'Hello?', answer = 'Hi.', end }: Served = {}): string {
  const record = journal.begin({ ...START, ...start });
  record.change({ messages: 1 });
  record.ask(request(question));
  record.answer(0, { type: 'text', text: answer });
  record.end({ status: 200, phase: 'done', usage: NO_USAGE, ...end });
  return record.id;
}

const ALL = Number.MAX_SAFE_INTEGER;

async function found(filter: RequestFilter): Promise<string[]> {
  return (await journal.search({ filter, before: ALL, limit: 1000 })).rows.map(({ id }) => id);
}

describe.each(['in memory', 'stored'])('a request that is %s', (where) => {
  const settle = async () => {
    if (where === 'stored') await reopen();
  };

  test.each([
    ['a word of the question', 'weather'],
    ['a part of a word', 'eathe'],
    ['another case', 'WEATHER'],
    ['words in any order, of question and answer', 'sunny weather'],
    ['accents left out', 'uber'],
    ['other letters in capitals', 'ÜBER'],
    ['three characters without spaces', '日本語'],
    ['two characters', '日本'],
    ['one character', '語'],
    ['the last two characters of all', 'x!'],
    ['a cyrillic word', 'ПОГОДА'],
    ['its client', 'curl'],
    ['its path', 'api/chat'],
    ['quotes and operators', '"NEAR(weather)" -a*'],
    ['nothing but odd characters', `"'*^():{}-+~\0`],
  ])('is found by %s', async (_, text) => {
    const id = serve({
      question: 'How is the weather über 日本語? "NEAR(weather)" -a* погода',
      answer: `Sunny. "'*^():{}-+~ x!`,
    });
    serve({ question: 'Something else', start: { client: 'other', path: '/v1' } });
    await settle();

    expect(await found({ text })).toEqual([id]);
  });

  test('is not found by words that are not in it, even if all their parts are', async () => {
    serve({ question: 'banan anana nanas' });
    await settle();

    expect(await found({ text: 'bananas' })).toEqual([]);
    expect(await found({ text: 'weather' })).toEqual([]);
    expect((await journal.search({ filter: { text: 'bananas' }, before: ALL, limit: 10 })).total).toBe(0);
  });

  test('is found by its tool calls and the results that it brings', async () => {
    const record = journal.begin(START);
    record.change({ messages: 1 });
    record.ask({
      ...request(''),
      messages: [
        { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'get_weather', input: {} }] },
        {
          role: 'user',
          content: [
            { type: 'tool_result', toolUseId: 't1', isError: false, content: [{ type: 'text', text: 'hailstorm' }] },
          ],
        },
      ],
    });
    record.answer(0, { type: 'tool_call', index: 0, id: 't2', name: 'close_shutters', input: {} } as never);
    record.answer(0, { type: 'tool_input', index: 0, json: '{"room":"kitchen"}' });
    record.end({ status: 200, phase: 'done', endReason: 'tool_use' });
    await settle();

    for (const text of ['hailstorm', 'close_shutters', 'kitchen', 'result of get_weather']) {
      expect(await found({ text }), text).toEqual([record.id]);
    }
  });
});

test('pages follow each other without a gap, across what is stored and what is in memory', async () => {
  const first = Array.from({ length: 30 }, () => serve());
  await reopen();
  const ids = [...first, ...Array.from({ length: 30 }, () => serve())].reverse();

  const seen: string[] = [];
  for (let before = ALL, more = true; more; ) {
    const page = await journal.search({ filter: { text: 'hello' }, before, limit: 7 });
    expect(page.total).toBe(60);
    seen.push(...page.rows.map(({ id }) => id));
    before = page.rows.at(-1)?.at ?? 0;
    more = page.more;
  }
  expect(seen).toEqual(ids);
});

test('a search finds the same as a filter over all rows', { timeout: 60_000 }, async () => {
  const { below, pick, chance } = createRandom(7);
  const words = ['weather', 'wetter', 'Straße', 'über', 'tokyo', '東京都', 'a', 'zz', 'C#', 'foo_bar', '100%', "it's"];
  const said = new Map<string, string>();
  const add = () => {
    const question = Array.from({ length: 1 + below(6) }, () => pick(words)).join(' ');
    const answer = Array.from({ length: below(6) }, () => pick(words)).join('-');
    const start = {
      client: pick(['curl', 'Zed', 'llm']),
      model: pick(['opus', 'sonnet']),
      dialect: pick(['openai', 'ollama']),
    };
    const end = pick<Partial<RequestEnd>>([
      {},
      { endReason: 'length' },
      { status: 502, phase: 'failed', failure: 'api' },
    ]);
    said.set(serve({ start, question, answer, end }), `${question}\n${answer}`);
  };
  for (let count = 0; count < 300; count += 1) add();
  await reopen();
  for (let count = 0; count < 100; count += 1) add();

  const rows = journal.recent(1000);
  for (let round = 0; round < 150; round += 1) {
    const query = Array.from({ length: below(3) }, () => pick([...words, 'eath', 'ber', '東京', 'z'])).join(' ');
    const filter: RequestFilter = {
      ...(query !== '' && { text: query }),
      ...(chance(0.5) && { clients: [pick(['curl', 'Zed', 'nobody'])] }),
      ...(chance(0.3) && { models: [pick(['opus', 'sonnet'])] }),
      ...(chance(0.3) && { outcomes: [pick(['answered', 'output_limit', 'failed'] as const)] }),
      ...(chance(0.2) && { dialects: ['ollama'] }),
      ...(chance(0.2) && { since: pick(rows).at }),
      ...(chance(0.2) && { until: pick(rows).at }),
    };
    const expected = rows.filter((row) => passes(row, filter, said.get(row.id) ?? '')).map(({ id }) => id);
    const page = await journal.search({ filter, before: ALL, limit: 1000 });
    expect(
      page.rows.map(({ id }) => id),
      JSON.stringify(filter),
    ).toEqual(expected);
    expect(page.total, JSON.stringify(filter)).toBe(expected.length);
  }
});

function passes(row: RequestRow, filter: RequestFilter, said: string): boolean {
  const text = [row.client, row.model, row.path, row.keyName, row.asked, said].join('\n');
  return (
    holdsWords(text, searchedWords(filter.text ?? '')) &&
    (filter.clients?.includes(row.client) ?? true) &&
    (filter.models?.includes(row.model) ?? true) &&
    (filter.outcomes?.includes(row.outcome) ?? true) &&
    (filter.dialects?.includes(row.dialect) ?? true) &&
    row.at >= (filter.since ?? 0) &&
    row.at < (filter.until ?? ALL)
  );
}
