import { describe, expect, it } from 'vitest';
import { linkQuestion } from '../../../../app/desktop/window/linkQuestion';

describe('the question before a link is opened', () => {
  it('names the host and shows the address', () => {
    expect(linkQuestion('https://example.org/a?b=c')).toEqual({
      message: 'Open example.org in the browser?',
      detail: 'https://example.org/a?b=c',
      address: 'https://example.org/a?b=c',
    });
  });

  it('spells out letters that look like others', () => {
    expect(linkQuestion('https://еxample.org/').message).toMatch(/^Open xn--/);
  });

  it('shows a long address in part and opens all of it', () => {
    const { detail, address } = linkQuestion(`https://example.org/${'a'.repeat(1_000)}`);
    expect([detail.length, address.length]).toEqual([301, 1_020]);
  });

  it.each([
    'javascript:alert(1)',
    'file:///etc/passwd',
    'vscode://open',
    'https://bank.example@other.example/',
    'no address',
  ])('is not asked for %s', (address) => {
    expect(() => linkQuestion(address)).toThrow();
  });
});
