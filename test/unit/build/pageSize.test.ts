import * as esbuild from 'esbuild';
import { expect, test } from 'vitest';
import { WINDOW_PAGE } from '../../../build/bundle.mjs';
import { onlyLexer } from '../../../build/pageModules.mjs';

/** In bytes, of all scripts of the page together, minified. */
const MOST = 540_000;

test('the scripts of the page are below 540 KB', { timeout: 60_000 }, async () => {
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
