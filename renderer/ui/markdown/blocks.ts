/**
 * Splits a Markdown text into its top-level blocks. A text that grows is lexed from its last complete block on, so each piece of a stream costs
 * as much as what is new.
 */
import { Lexer, type Links, type MarkedToken, type Token } from 'marked';

/** A top-level block. While the text grows, a complete block is the same object in every result. */
export interface Block {
  /** Where its source begins in the text, in characters. */
  readonly at: number;
  /** `plain` is a source that the lexer does not take; it is shown as it was written. */
  readonly token: MarkedToken | PlainToken;
}

export interface PlainToken {
  readonly type: 'plain';
  readonly raw: string;
}

export interface BlockLexer {
  /** The blocks of the text. Cheap where the text continues that of the call before. */
  update(text: string): readonly Block[];
}

/** The newest blocks are lexed again with what follows: a paragraph becomes a heading by its next line, and a list goes on after an empty one. */
const OPEN_BLOCKS = 2;

/** More signs of emphasis than this in one paragraph take the lexer seconds: it tries to pair each with each. */
const MAX_DELIMITERS = 2_000;

/** A line that nests deeper than this overflows the stack. No person or model writes one. */
const DEEP_NESTING = /^(?:[ \t]*(?:>|[-+*][ \t]|\d{1,9}[.)][ \t])){40}/m;

export function createBlockLexer(): BlockLexer {
  /** The source of the complete blocks. */
  let done = '';
  let complete: Block[] = [];
  let links: Links = {};
  let latest: { written: string; blocks: readonly Block[] } = { written: '', blocks: [] };

  return {
    update(written) {
      if (written === latest.written) return latest.blocks;
      const text = written.includes('\r') ? written.replace(/\r\n?/g, '\n') : written;
      if (!text.startsWith(done)) {
        done = '';
        complete = [];
        links = {};
      }
      const fresh = lexBlocks(text.slice(done.length), done.length, links);
      const open = startOfOpen(fresh);
      const finished = fresh.slice(0, open);
      if (finished.length > 0) {
        complete = [...complete, ...finished];
        done = text.slice(0, fresh[open]?.at);
      }
      latest = { written, blocks: [...complete, ...fresh.slice(open)] };
      return latest.blocks;
    },
  };
}

/** @returns the index of the first block that more text can still change. */
function startOfOpen(blocks: readonly Block[]): number {
  let open = blocks.length;
  for (let left = OPEN_BLOCKS; open > 0 && left > 0; ) {
    open--;
    if (blocks[open]?.token.type !== 'space') left--;
  }
  return open;
}

/** @param links of the text before; those of this source are added. */
function lexBlocks(source: string, start: number, links: Links): Block[] {
  let at = start;
  return lex(source, links).map((token) => {
    const block = { at, token };
    at += token.raw.length;
    return block;
  });
}

function lex(source: string, links: Links): (MarkedToken | PlainToken)[] {
  if (DEEP_NESTING.test(source)) return [{ type: 'plain', raw: source }];
  try {
    // A chat is not typeset: who writes a line break means one.
    const lexer = new Lexer({ gfm: true, breaks: true });
    lexer.tokens.links = links;
    lexer.blockTokens(source, lexer.tokens);
    for (const { src, tokens } of lexer.inlineQueue) lexInline(lexer, src, tokens);
    return lexer.tokens as MarkedToken[];
  } catch {
    return [{ type: 'plain', raw: source }];
  }
}

function lexInline(lexer: Lexer, source: string, tokens: Token[]): void {
  if (countDelimiters(source) > MAX_DELIMITERS) tokens.push({ type: 'text', raw: source, text: source, escaped: true });
  else lexer.inlineTokens(source, tokens);
}

function countDelimiters(source: string): number {
  let count = 0;
  for (const sign of source) if (sign === '*' || sign === '_' || sign === '~' || sign === '[') count++;
  return count;
}
