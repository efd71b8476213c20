/**
 * A model of the API's prompt cache. A prefix of a request (tools, system prompt, messages) that ends at a block with `cache_control` becomes
 * an entry. A request reads the longest entry that ends at one of its own breakpoints or up to 20 blocks ahead of one. It is refused where
 * it has more than four breakpoints, or one of an hour behind one of five minutes.
 */
import { httpError, type MessagesBody, type RecordedRequest, type Step, text, usage } from './messagesApi';

/** What a request reads from the cache. */
export interface CacheUse {
  /** The number of blocks in the request, and of those among them that were read from the cache. */
  readonly blocks: number;
  readonly hit: number;
  /** The same in tokens, of about four characters each. */
  readonly tokens: number;
  readonly hitTokens: number;
  readonly breakpoints: number;
  /** The lifetimes of the breakpoints, in their order. */
  readonly lifetimes: readonly string[];
  /** The API's error message; undefined where it accepts the request. */
  readonly refusal: string | undefined;
}

export interface CacheModel {
  /** What the requests so far have read, in order. */
  readonly uses: readonly CacheUse[];
  /** Reads from the cache for the request, and writes its prefixes. */
  use(body: MessagesBody): CacheUse;
  /** An answer of the mocked API with the usage that the model computes, or the refusal. For `MessagesApi.chooseAnswer`. */
  answer(request: RecordedRequest, ...steps: Step[]): readonly Step[];
  /** Forgets all entries and uses. */
  clear(): void;
}

interface Block {
  readonly text: string;
  /** undefined without a breakpoint. */
  readonly lifetime: string | undefined;
}

const LOOK_BACK = 20;
const MOST_BREAKPOINTS = 4;

export function createCacheModel(): CacheModel {
  const entries = new Set<string>();
  const uses: CacheUse[] = [];

  const use = (body: MessagesBody): CacheUse => {
    const blocks = blocksOf(body);
    const prefixes: string[] = [];
    for (const block of blocks) prefixes.push(`${prefixes.at(-1) ?? ''}${block.text}\n`);
    const breakpoints = blocks.flatMap(({ lifetime }, at) => (lifetime === undefined ? [] : [at]));
    const lifetimes = breakpoints.map((at) => blocks[at]?.lifetime ?? '');
    const readable = breakpoints.map((at) =>
      prefixes.findLastIndex((prefix, end) => end <= at && end >= at - LOOK_BACK && entries.has(prefix)),
    );
    const hit = Math.max(-1, ...readable);
    const refusal = refusalOf(lifetimes);
    if (refusal === undefined) for (const at of breakpoints) entries.add(prefixes[at] ?? '');
    const made: CacheUse = {
      blocks: blocks.length,
      hit: hit + 1,
      tokens: tokensOf(prefixes.at(-1)),
      hitTokens: tokensOf(prefixes[hit]),
      breakpoints: breakpoints.length,
      lifetimes,
      refusal,
    };
    uses.push(made);
    return made;
  };

  return {
    uses,
    use,
    answer: ({ body }, ...steps) => {
      const { refusal, tokens, hitTokens } = use(body);
      if (refusal !== undefined) return [httpError(400, 'invalid_request_error', refusal)];
      const counts = usage({ input: 0, cacheRead: hitTokens, cacheWrite: tokens - hitTokens });
      return [...(steps.length > 0 ? steps : [text('OK')]), counts];
    },
    clear: () => {
      entries.clear();
      uses.length = 0;
    },
  };
}

function refusalOf(lifetimes: readonly string[]): string | undefined {
  if (lifetimes.length > MOST_BREAKPOINTS) {
    return `A maximum of 4 blocks with cache_control may be provided. Found ${lifetimes.length}.`;
  }
  const firstShort = lifetimes.indexOf('5m');
  return firstShort !== -1 && lifetimes.lastIndexOf('1h') > firstShort
    ? 'a ttl=1h cache_control block must not come after a ttl=5m cache_control block'
    : undefined;
}

/** The blocks in the order in which the API caches them, without the CLI's line for the bill. */
function blocksOf({ tools = [], system = [], messages }: MessagesBody): Block[] {
  const systemBlocks = typeof system === 'string' ? [{ type: 'text', text: system }] : system;
  return [
    ...tools.map((tool) => toBlock('tool', tool)),
    ...systemBlocks.filter((one) => !one.text.startsWith('x-anthropic-billing-header:')).map((one) => toBlock('', one)),
    ...messages.flatMap(({ role, content }) => {
      const list = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
      return (list.length > 0 ? list : [{}]).map((block) => toBlock(role, block));
    }),
  ];
}

function toBlock(role: string, block: Readonly<Record<string, unknown>>): Block {
  const { cache_control: breakpoint, ...rest } = block;
  const lifetime = breakpoint ? ((breakpoint as { ttl?: string }).ttl ?? '5m') : undefined;
  return { text: JSON.stringify([role, rest]), lifetime };
}

function tokensOf(prefix = ''): number {
  return Math.ceil(prefix.length / 4);
}
