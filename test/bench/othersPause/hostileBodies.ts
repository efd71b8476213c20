/** Request bodies that cost a server much more than they cost their sender. Each is made of a few pieces that repeat, so that the sender needs no memory. */

export interface HostileBody {
  readonly title: string;
  readonly path: string;
  /** The body: `start`, then `repeated` as often as `bytes` allow, then `end`. */
  readonly start: string;
  readonly repeated: string;
  readonly end: string;
  /** The size of the whole body. */
  readonly bytes: number;
  /** How many such requests are sent at once. Default 1. */
  readonly times?: number;
}

const MB = 1024 * 1024;
const OLLAMA = '/api/chat';
const OPENAI = '/v1/chat/completions';
const ANTHROPIC = '/v1/messages';
const COUNT_TOKENS = '/v1/messages/count_tokens';

/** A body is accepted up to 64 MB, so these stay a little below. */
const MOST = 64 * MB - 4096;

/** The longest single text that is accepted is 32 MB. */
const TEXT = 32 * MB - 4096;

const PNG_START = Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1').toString('base64').replaceAll('=', '');
const IMAGE_START = `{"model":"sonnet","max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","data":"${PNG_START}`;
const IMAGE_END = '"}}]}]}';

export const HOSTILE_BODIES: readonly HostileBody[] = [
  numbers('messages of numbers', OLLAMA, 1 * MB),
  numbers('messages of numbers', OPENAI, 6 * MB),
  numbers('messages of numbers', ANTHROPIC, MOST),
  {
    title: 'messages of valid, tiny messages',
    path: ANTHROPIC,
    start: '{"model":"sonnet","max_tokens":9,"messages":[{"role":"user","content":"a"}',
    repeated: ',{"role":"user","content":"a"}',
    end: ']}',
    bytes: MOST,
  },
  {
    title: 'content of empty arrays',
    path: OPENAI,
    start: '{"model":"sonnet","messages":[{"role":"user","content":[[]',
    repeated: ',[]',
    end: ']}]}',
    bytes: MOST,
  },
  {
    title: 'an object of a million keys',
    path: OLLAMA,
    start: '{"model":"sonnet","messages":[{"role":"user","content":"a"}],"options":{"a":1',
    repeated: ',"#":1',
    end: '}}',
    bytes: MOST,
  },
  {
    title: 'brackets without end',
    path: OPENAI,
    start: '[',
    repeated: '['.repeat(64),
    end: '',
    bytes: MOST,
  },
  {
    title: 'a schema of small nodes',
    path: OPENAI,
    start:
      '{"model":"sonnet","messages":[{"role":"user","content":"a"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"properties":[0',
    repeated: ',{"a":[{}]}',
    end: ']}}}]}',
    bytes: MOST,
  },
  {
    title: 'not JSON at the end',
    path: ANTHROPIC,
    start: '{"model":"sonnet","max_tokens":9,"messages":["',
    repeated: `${'x'.repeat(1021)}","`,
    end: '"]',
    bytes: MOST,
  },
  {
    title: 'one long text',
    path: OLLAMA,
    start: '{"model":"sonnet","messages":[{"role":"user","content":"',
    repeated: 'one more word '.repeat(32),
    end: '"}]}',
    bytes: MOST,
  },
  {
    title: 'one long text to count',
    path: COUNT_TOKENS,
    start: '{"model":"sonnet","messages":[{"role":"user","content":"',
    repeated: 'ä'.repeat(128),
    end: '"}]}',
    bytes: MOST,
  },
  {
    title: 'two texts',
    path: OLLAMA,
    start: `{"model":"sonnet","messages":[{"role":"user","content":"${'a'.repeat(8 * MB)}"},{"role":"user","content":"`,
    repeated: 'one more word '.repeat(32),
    end: '"}]}',
    bytes: 8 * MB + TEXT,
  },
  {
    title: 'two texts to count',
    path: COUNT_TOKENS,
    start: `{"model":"sonnet","messages":[{"role":"user","content":"${'a'.repeat(8 * MB)}"},{"role":"user","content":"`,
    repeated: 'ä'.repeat(128),
    end: '"}]}',
    bytes: 8 * MB + TEXT,
  },
  {
    title: 'tools of 13,000 nodes to count',
    path: COUNT_TOKENS,
    start:
      '{"model":"sonnet","messages":[{"role":"user","content":"a"}],"tools":[{"name":"a","input_schema":{"type":"object","properties":{"a":{"anyOf":[{}',
    repeated: ',{"type":"object"}',
    end: ']}}}}]}',
    bytes: 13_000 * 18,
  },
  {
    title: 'an image of 40 MB',
    path: ANTHROPIC,
    start: IMAGE_START,
    repeated: 'A'.repeat(256),
    end: IMAGE_END,
    bytes: 40 * MB,
  },
  {
    title: 'an image (refused for its base64)',
    path: ANTHROPIC,
    start: IMAGE_START,
    repeated: 'A'.repeat(256),
    end: `!${IMAGE_END}`,
    bytes: TEXT,
  },
];

/** The text of the questions that are answered at once rather than with the slow stream. */
export const QUICK_QUESTION = 'Only a word.';

const PDF_START = Buffer.from('%PDF-1.7\n').toString('base64');

/** Large requests that the model answers. They come last: what they leave in memory would count for the others. */
export const LARGE_REQUESTS: readonly HostileBody[] = [
  {
    title: '30 MB message',
    path: ANTHROPIC,
    start: `{"model":"sonnet","max_tokens":9,"messages":[{"role":"user","content":[{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"${PDF_START}`,
    repeated: 'A'.repeat(256),
    end: `"}},{"type":"text","text":"${QUICK_QUESTION}"}]}]}`,
    bytes: 30 * MB,
  },
  {
    title: '30 MB history under a name',
    path: OPENAI,
    start:
      '{"model":"sonnet","id":"large-chat","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,'.concat(
        PNG_START,
        '',
      ),
    repeated: 'A'.repeat(256),
    end: `"}}]},{"role":"assistant","content":"OK"},{"role":"user","content":"${QUICK_QUESTION}"}]}`,
    bytes: 30 * MB,
  },
  {
    title: '20 requests with a 30 MB named history',
    path: OPENAI,
    start: `{"model":"sonnet","id":"large-chat","messages":[{"role":"user","content":"${QUICK_QUESTION}`,
    repeated: ' ',
    end: '"}]}',
    bytes: 200,
    times: 20,
  },
];

function numbers(title: string, path: string, bytes: number): HostileBody {
  return {
    title,
    path,
    start: '{"model":"sonnet","max_tokens":9,"messages":[1',
    repeated: ',1',
    end: ']}',
    bytes,
  };
}
