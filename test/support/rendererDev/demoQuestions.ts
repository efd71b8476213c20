/** What the requests of the demo ask, and what is answered. */
import type { RequestRow, RequestTexts, SaidPart } from '../../../app/shared/contract';

interface DemoTurn {
  question: readonly SaidPart[];
  answer: readonly SaidPart[];
  system?: string;
  earlierMessages?: number;
}

const text = (words: string): SaidPart => ({ kind: 'text', text: words });

const CODE = `The loop borrows \`rows\` twice: once for the iterator, once for \`push\`. Collect first, then extend:

\`\`\`rust
let fresh: Vec<Row> = rows.iter().filter(|row| row.is_stale()).map(Row::refresh).collect();
rows.extend(fresh);
\`\`\`

The first statement ends its borrow **before** the second begins.

| approach | allocates | borrows |
|---|---|---:|
| \`collect\`, then \`extend\` | once | 1 |
| index loop | never | 0 |
| \`RefCell\` | never | at run time |

1. Prefer the first where the vector is small.
2. Use an index loop where it is large.`;

const PIXEL =
  'data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHdpZHRoPSIzMjAiIGhlaWdodD0iMTgwIj48cmVjdCB3aWR0aD0iMzIwIiBoZWlnaHQ9IjE4MCIgZmlsbD0iIzUxNDljZiIvPjxjaXJjbGUgY3g9IjE2MCIgY3k9IjkwIiByPSI1MCIgZmlsbD0iI2ZmZiIvPjwvc3ZnPg==';

const LONG_QUESTION = `Review this pull request as a senior engineer would. Be strict about error handling, naming and tests. ${'It changes how the pool evicts a conversation, how long an idle one is kept, and what happens to the client that still waits. '.repeat(160)}`;

const TURNS: readonly [DemoTurn, ...DemoTurn[]] = [
  {
    question: [text('Why does my Rust program borrow the vector twice in this loop?')],
    answer: [
      {
        kind: 'thinking',
        text: 'The user iterates over rows and pushes into it within the loop body. The iterator holds a shared borrow for the whole loop, and push needs a unique one. I should show the smallest change that compiles.',
      },
      text(CODE),
    ],
    system: 'You are a careful programming assistant. Answer with code where it helps, and say what it costs.',
    earlierMessages: 31,
  },
  {
    question: [text('What is the weather in Lisbon, and do I need an umbrella tomorrow?')],
    answer: [
      text('I will look that up.'),
      {
        ...{ kind: 'tool_call', id: 'toolu_01', name: 'get_weather', done: true },
        input: '{"city":"Lisbon","country":"PT","days":2,"units":"metric","fields":["temperature","rain","wind"]}',
      },
    ],
    system: 'You may call tools.',
    earlierMessages: 2,
  },
  {
    question: [
      {
        ...{ kind: 'tool_result', id: 'toolu_01', isError: false },
        text: '{"city":"Lisbon","days":[{"date":"2026-11-27","temperature":17.4,"rain":0,"wind":12},{"date":"2026-11-28","temperature":15.1,"rain":8.2,"wind":31}]}',
      },
      {
        ...{ kind: 'tool_result', id: 'toolu_02', isError: true },
        text: 'The calendar cannot be reached: connection refused.',
      },
    ],
    answer: [text('Today is dry at 17 °C. **Tomorrow brings 8 mm of rain** and wind up to 31 km/h: take an umbrella.')],
    system: 'You may call tools.',
    earlierMessages: 4,
  },
  {
    question: [
      { kind: 'image', mediaType: 'image/svg+xml', bytes: 48_200, dataUrl: PIXEL },
      { kind: 'image', mediaType: 'image/png', bytes: 3_400_000, dataUrl: null },
      { kind: 'document', title: 'Minutes of the board, November 2026.pdf', bytes: 812_000 },
      text('Summarise the attached minutes in five points, and name who has to do what until Friday…'),
    ],
    answer: [
      text(
        '1. The budget is approved.\n2. Ana writes to the landlord **until Friday**.\n3. The roof is mended in spring.',
      ),
    ],
  },
  { question: [text(LONG_QUESTION)], answer: [text(`${CODE}\n\n`.repeat(40))], earlierMessages: 1 },
  {
    question: [text('Translate this letter to the landlord into German, politely but firmly')],
    answer: [text('Sehr geehrter Herr Vogel,\n\nvielen Dank für Ihr Schreiben.')],
  },
  {
    question: [text('Write a haiku about a build that is green at last')],
    answer: [text('Red for seven days —  \nat dusk one test turns around.  \nThe whole board breathes green.')],
  },
  {
    question: [text('Erkläre mir den Unterschied zwischen „das“ und „dass“')],
    answer: [text('„Das“ lässt sich durch „dieses“ oder „welches“ ersetzen, „dass“ nicht.')],
  },
  { question: [text('hi')], answer: [text('Hello! How can I help?')] },
];

/** Always the same turn for the same number. */
export function demoTurn(number: number): DemoTurn {
  return TURNS[number % TURNS.length] ?? TURNS[0];
}

/** The first words of the question, in one line. */
export function askedText(number: number): string {
  const part = demoTurn(number).question.find(({ kind }) => kind === 'text');
  const words = part?.kind === 'text' ? part.text : '';
  return words.replace(/\s+/g, ' ').slice(0, 200);
}

/** Of a running request the answer grows with time. */
export function demoTexts(row: RequestRow, version: number, now: number): RequestTexts | null {
  const { question, answer, system = '', earlierMessages = 0 } = demoTurn(turnNumber(row));
  const running = row.phase === 'waiting' || row.phase === 'streaming';
  const length = row.phase === 'waiting' ? 0 : Math.floor((now - row.at) / 12);
  const current = running ? 1 + length : 1_000_000_000;
  if (current === version) return null;
  const isMissing = row.phase === 'failed';
  return {
    ...{ system, earlierMessages, question, version: current, running },
    answer: isMissing ? [] : running ? firstCharacters(answer, length) : answer,
  };
}

/** The number of the turn that the request asks: it is a part of its id. */
export function turnNumber({ id }: Pick<RequestRow, 'id'>): number {
  return Number.parseInt(id.slice(4), 36);
}

function firstCharacters(parts: readonly SaidPart[], length: number): SaidPart[] {
  const shown: SaidPart[] = [];
  let rest = length;
  for (const part of parts) {
    if (rest <= 0) break;
    if (part.kind === 'text' || part.kind === 'thinking') shown.push({ ...part, text: part.text.slice(0, rest) });
    else shown.push(part);
    rest -= part.kind === 'text' || part.kind === 'thinking' ? part.text.length : 40;
  }
  return shown;
}
