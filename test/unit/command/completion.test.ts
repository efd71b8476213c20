import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { completionScript, SHELLS, type Shell } from '../../../app/command/completion';
import { describedProgram } from '../../../app/command/manPage';
import { COMMAND_WORDS } from '../../../app/command/words';

const script = (shell: Shell) => completionScript(describedProgram(), shell);

/** What bash offers for the last of the words. */
function complete(...words: string[]): string[] {
  const array = ['claudacity', ...words].map((word) => `'${word}'`).join(' ');
  const run = `${script('bash')}\nCOMP_WORDS=(${array}); COMP_CWORD=${words.length}; _claudacity; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', run], { encoding: 'utf8', timeout: 10_000 });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

describe('bash', () => {
  test('accepts the script', () => {
    expect(spawnSync('bash', ['-n'], { input: script('bash'), encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  test('offers every command, their subcommands, options and values', () => {
    const words = complete('');
    for (const word of COMMAND_WORDS) expect(words).toContain(word);
    expect(complete('sta')).toEqual(['start', 'status']);
    expect(complete('keys', '')).toEqual(expect.arrayContaining(['add', 'list', 'revoke']));
    expect(complete('keys', 'add', '--in')).toEqual(['--in-url']);
    expect(complete('config', 'set', 'po')).toContain('port');
    expect(complete('config', 'set', 'port', '--j')).toEqual(['--json']);
    expect(complete('completion', '')).toEqual(expect.arrayContaining([...SHELLS]));
  });

  test('offers nothing for a word that is none', () => {
    expect(complete('nonsense')).toEqual([]);
  });
});

const isThere = (shell: string) => spawnSync(shell, ['--version']).error === undefined;

test.skipIf(!isThere('zsh'))('zsh accepts the script', () => {
  expect(spawnSync('zsh', ['-n'], { input: script('zsh'), encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
});

test.skipIf(!isThere('fish'))('fish accepts the script', () => {
  expect(spawnSync('fish', ['-n', '-'], { input: script('fish'), encoding: 'utf8' })).toMatchObject({ status: 0 });
});

test.each(SHELLS)('%s: every command is in the script', (shell) => {
  const text = script(shell);
  for (const word of COMMAND_WORDS) expect(text).toContain(word);
});
