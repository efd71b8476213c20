import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { type Services, ServicesContext } from '../../../../../renderer/state/services';
import { Markdown } from '../../../../../renderer/ui/markdown/Markdown';

// Components reach the app through their services; nothing here is clicked.
const services = {} as Services;

function html(text: string, streaming = false): string {
  return renderToStaticMarkup(
    <ServicesContext value={services}>
      <Markdown text={text} streaming={streaming} />
    </ServicesContext>,
  );
}

/** Without what stands around every text. */
const inner = (text: string) => html(text).replace(/^<div class="md" data-streaming="false">|<\/div>$/g, '');

describe('a Markdown text', () => {
  it.each([
    ['*a* **b** ~~c~~ `d`', '<p><em>a</em> <strong>b</strong> <del>c</del> <code>d</code></p>'],
    ['a\nb', '<p>a<br/>b</p>'],
    ['# A\n### B', '<h4 data-depth="1">A</h4><h6 data-depth="3">B</h6>'],
    ['> a', '<blockquote><p>a</p></blockquote>'],
    ['a\n\n---', '<p>a</p><hr/>'],
    ['3. a\n4. b', '<ol start="3"><li data-task="false">a</li><li data-task="false">b</li></ol>'],
    ['a &amp; b &#8211; &lt;c&gt; &unknown;', '<p>a &amp; b – &lt;c&gt; &amp;unknown;</p>'],
  ])('%j becomes elements', (text, expected) => {
    expect(inner(text)).toBe(expected);
  });

  it('has lists in lists', () => {
    expect(inner('- a\n  - b\n    - c')).toBe(
      '<ul><li data-task="false">a<ul><li data-task="false">b<ul><li data-task="false">c</li></ul></li></ul></li></ul>',
    );
  });

  it('has tasks with their state in words', () => {
    expect(inner('- [x] a\n- [ ] b')).toMatch(/aria-label="Done:".*a<\/li>.*aria-label="To do:".*b<\/li>/);
  });

  it('has tables with the alignment of their columns', () => {
    const table = inner('|a|b|\n|-|-:|\n|1|**2**<br>x|');
    expect(table).toContain('<th>a</th><th data-align="right">b</th>');
    expect(table).toContain('<td>1</td><td data-align="right"><strong>2</strong><br/>x</td>');
  });

  it('has code with its language, copied by a button', () => {
    const code = inner('```rust,ignore\nlet a = "<b>";\n```');
    expect(code).toContain('<code>let a = &quot;&lt;b&gt;&quot;;</code>');
    expect(code).toContain('aria-label="Code in rust"');
    expect(code).toContain('aria-label="Copy the code"');
  });

  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    'a <b onclick="alert(1)">b</b>',
    '<iframe src="https://a.example"></iframe>',
    '<svg onload=alert(1)>',
    '<style>*{display:none}</style>',
    '<details open ontoggle=alert(1)>',
    '[a](https://a.example "\\"><script>")',
    '<a href="javascript:alert(1)">a</a>',
    '```"><script>\na\n```',
    '&lt;script&gt;alert(1)&lt;/script&gt;',
  ])('shows the markup of %s as text', (text) => {
    // The icon of the button that copies code is our own.
    const page = html(text).replace(/<svg class="icon".*?<\/svg>/g, '');
    expect(page).not.toMatch(/<(?:script|img|b|iframe|svg|style|details|object|form)[\s>]|<[^>]*\son\w+=/i);
  });

  it.each([
    'javascript:alert(1)',
    'JAVASCRIPT:alert(1)',
    'java&#10;script:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'file:///etc/passwd',
    'vbscript:a',
    '//a.example',
    '/settings',
    '#top',
    'vscode://open',
  ])('has no link to %s', (address) => {
    expect(html(`[a](${address}) [b](<${address}>)`)).not.toContain('href');
  });

  it('has web addresses as links, with the address in full', () => {
    expect(inner('[a](https://example.org/x)')).toContain('href="https://example.org/x" title="https://example.org/x"');
    expect(inner('see https://example.org/?a=b&c')).toContain('href="https://example.org/?a=b&amp;c"');
  });

  it('names images and loads none', () => {
    const image = html('![A chart](https://example.org/chart.png)');
    expect(image).toContain('Image: A chart');
    expect(image).not.toMatch(/<img|src=/);
  });

  it('of a megabyte is shown in part, with a button for more', () => {
    const long = html('A sentence that is *written* again.\n\n'.repeat(28_000));
    expect(long.length).toBeLessThan(300_000);
    expect(long).toMatch(/Show more \(93\d,\d{3} characters left\)/);
  });

  it('that is still written and long shows its end', () => {
    const long = html(`${'A sentence.\n\n'.repeat(20_000)}The end`, true);
    expect(long).toContain('The end');
    expect(long).toMatch(/Show earlier text/);
    expect(long.length).toBeLessThan(200_000);
  });
});
