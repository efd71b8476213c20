import { readFileSync } from 'node:fs';
import * as esbuild from 'esbuild';
import { Lexer } from 'marked';
import { expect, test } from 'vitest';
import { WINDOW_PAGE } from '../../../build/bundle.mjs';
import { onlyLexer, smallLexer } from '../../../build/pageModules.mjs';

/** In bytes, of all scripts of the page together, minified. */
const MOST = 500_000;

test('the scripts of the page are below 500 KB', { timeout: 60_000 }, async () => {
  const { metafile } = await esbuild.build({ ...WINDOW_PAGE, write: false, metafile: true, sourcemap: false });
  const scripts = Object.entries(metafile.outputs).filter(([name]) => name.endsWith('.js'));
  expect(scripts.length).toBeGreaterThan(5);
  const sizes = scripts.map(([name, { bytes, inputs }]) => {
    const largest = Object.entries(inputs).sort(([, one], [, other]) => other.bytesInOutput - one.bytesInOutput);
    return `${name} ${bytes}: ${largest.slice(0, 3).map(([input]) => input)}`;
  });
  const total = scripts.reduce((sum, [, { bytes }]) => sum + bytes, 0);
  expect(total, sizes.join('\n')).toBeLessThan(MOST);
});

test('a marked that is built in another way fails the bundle', () => {
  expect(() => onlyLexer('class L{}export{L as Lexer};')).toThrow('adapt onlyLexer');
});

test('the small lexer makes the tokens of the published one', async () => {
  const code = await smallLexer(readFileSync('node_modules/marked/lib/marked.esm.js', 'utf8'));
  const url = `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`;
  const small: typeof Lexer = (await import(/* @vite-ignore */ url)).Lexer;
  const files = ['README.md', 'CONTRIBUTING.md', 'context/CONNECT.md', 'context/PROGRAMS.md', 'context/decisions.md'];
  for (const text of [...files.map((file) => readFileSync(file, 'utf8')), MARKDOWN]) {
    expect(new small({ gfm: true, breaks: true }).lex(text)).toEqual(new Lexer({ gfm: true, breaks: true }).lex(text));
  }
});

const MARKDOWN = `Setext
======

# Heading with \`code\` and **bold _both_** ~~gone~~ \\*escaped\\*
1. one
   - [x] done
   - [ ] open

   > quoted
   > # heading
2) two

| a | b |
|:--|--:|
| 1 \\| 2 | [link](https://example.org "title") |

\`\`\`ts title="a.ts"
const a = 1;
\`\`\`

    indented

<div>html</div> &amp; &#65; ![image](a.png) [reference][one] https://example.org. mail@example.org <https://a.example>
a line
break  
***
[one]: https://example.org/one 'One'
`;
