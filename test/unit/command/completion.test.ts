import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { completionScript, type Shell } from '../../../app/command/completion/completionScript';
import { describedProgram } from '../../../app/command/manPage';
import { COMMAND_WORDS } from '../../../app/command/words';
import { GUIDES } from '../../../app/connect/guides';
import { hasShell, offersOf, type TestedShell } from '../../support/completionOffers';

const connect = GUIDES.map(({ id, title }) => ({ text: id, description: title }));
const script = (shell: Shell) => completionScript(describedProgram(), shell, { connect });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'claudacity-completion-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What the words are, the line behind the command's name, and what is offered. */
const CASES: readonly (readonly [what: string, line: string, offers: readonly string[]])[] = [
  ['commands that begin so', 'sta', ['start', 'status']],
  ['the commands of a group', 'keys ', ['list', 'add', 'revoke', 'help']],
  ['options', 'keys add --in', ['--in-url']],
  ['the options of a group’s list', 'keys --j', ['--json']],
  ['options where nothing else can follow', 'stop ', ['--json', '--help']],
  ['the values of an option', 'logs --level ', ['error', 'warn', 'info', 'debug']],
  ['them behind another option', 'logs -n 5 --json --level w', ['warn']],
  ['values of an option of a list, again', 'keys add phone --scope inference m', ['metrics']],
  ['values of an argument', 'completion ', ['bash', 'zsh', 'fish', 'powershell']],
  ['the names of settings', 'config set idle', ['idleMinutes']],
  ['the values of the setting', 'config set theme ', ['system', 'light', 'dark']],
  ['on and off', 'config set --json notifyUpdate o', ['on', 'off']],
  ['no value twice, but the options', 'config set theme dark --j', ['--json']],
  ['programs with a guide', 'connect code', ['codex']],
  ['what the help knows', 'help comp', ['completion']],
];

const TESTED: readonly TestedShell[] = ['bash', 'zsh', 'fish'];

describe.each(TESTED)('%s', (shell) => {
  const lines = ['', 'xyz', 'logs --level=w', ...CASES.map(([, line]) => line)];
  let lists: string[][];
  const offers = (line: string) => [...(lists[lines.indexOf(line)] ?? [])].sort();

  describe.skipIf(!hasShell(shell))('offers', () => {
    beforeAll(() => {
      const typed = lines.map((line) => `claudacity ${line}`);
      lists = offersOf(shell, folder, script(shell), typed);
    });

    test('every command', () => {
      expect(offers('').filter((word) => !word.startsWith('-'))).toEqual([...COMMAND_WORDS].sort());
    });

    test.each(CASES)('%s: %j', (_what, line, expected) => {
      expect(offers(line)).toEqual([...expected].sort());
    });

    test('nothing for a word that is none', () => {
      expect(offers('xyz')).toEqual([]);
    });

    test('the value of an option behind its equals sign', () => {
      // bash and zsh complete what follows the sign, fish the word as a whole.
      const [offer = '', ...others] = offers('logs --level=w');
      expect([offer.replace('--level=', ''), others]).toEqual(['warn', []]);
    });
  });
});

// PowerShell itself cannot be installed where the tests run.
test('PowerShell’s script has every command', () => {
  for (const word of COMMAND_WORDS) expect(script('powershell')).toContain(`@('${word}', `);
});
