/** The list of accounts in its file, and the environment of an added account. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { accountEnvironment } from '../../../app/claude/accounts/accountEnvironment';
import { openAccountList } from '../../../app/claude/accounts/accountList';
import { MAIN_ACCOUNT, MAIN_ACCOUNT_NAME } from '../../../app/shared/cli/accounts';

let folder: string;
let warnings: string[];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'claudacity-accounts-'));
  warnings = [];
});

afterEach(() => rmSync(folder, { recursive: true }));

const file = () => path.join(folder, 'accounts.json');
const open = () => openAccountList(file(), (message) => warnings.push(message));

describe('the list of accounts', () => {
  test('has this computer’s sign-in as the default one at first', () => {
    const list = open();

    expect([list.added, list.defaultId, list.nameOf(MAIN_ACCOUNT)]).toEqual([[], MAIN_ACCOUNT, MAIN_ACCOUNT_NAME]);
  });

  test('keeps accounts, names and the default one', () => {
    const { id } = open().add('Work');
    open().makeDefault(id);
    open().rename(id, 'Office');
    open().rename(MAIN_ACCOUNT, 'Home');

    const list = open();

    expect([list.added, list.defaultId, list.nameOf(MAIN_ACCOUNT)]).toEqual([[{ id, name: 'Office' }], id, 'Home']);
  });

  test('refuses a name that another account has, but not that of the account itself in other letters', () => {
    const list = open();
    const { id } = list.add('Work');

    expect(() => list.add('WORK')).toThrow('There is an account named “WORK” already.');
    expect(() => list.rename(id, MAIN_ACCOUNT_NAME)).toThrow('already');
    list.rename(id, 'work');
    expect(list.nameOf(id)).toBe('work');
  });

  test('removes neither this computer’s sign-in nor the default account', () => {
    const list = open();
    const { id } = list.add('Work');
    list.makeDefault(id);

    expect(() => list.remove(MAIN_ACCOUNT)).toThrow('cannot be removed');
    expect(() => list.remove(id)).toThrow('Make another account the default one first.');
    list.makeDefault(MAIN_ACCOUNT);
    list.remove(id);
    expect(open().added).toEqual([]);
    expect(() => list.rename(id, 'Office')).toThrow('There is no such account any more.');
  });

  test.each(['{', '{"defaultId":null}', '{"defaultId":"main","added":[{"id":"../up","name":"Up"}]}'])(
    'has no default account where the file is %s, until the owner chooses one',
    (content) => {
      writeFileSync(file(), content);
      const list = open();

      expect([list.defaultId, list.wasRead, warnings.length]).toEqual([undefined, false, 1]);
      list.makeDefault(MAIN_ACCOUNT);
      expect(list.defaultId).toBe(MAIN_ACCOUNT);
      expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({ defaultId: MAIN_ACCOUNT, added: [] });
    },
  );
});

describe('the environment of an added account', () => {
  test('has its own folders, and no credentials of the main account', () => {
    const env = {
      PATH: '/bin',
      CLAUDE_CONFIG_DIR: '/elsewhere',
      ANTHROPIC_API_KEY: 'sk-ant-other',
      ANTHROPIC_AUTH_TOKEN: 'other',
      CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-other',
      CLAUDE_CODE_USE_BEDROCK: '1',
    };

    expect(accountEnvironment(env, '/accounts/a')).toEqual({
      PATH: '/bin',
      CLAUDE_CONFIG_DIR: '/accounts/a',
      ANTHROPIC_CONFIG_DIR: path.join('/accounts/a', 'anthropic'),
    });
  });

  test.each([
    ['https://api.anthropic.com', true],
    ['https://gateway.example', false],
  ])('with the API at %s goes there: %s', (address, keeps) => {
    const { ANTHROPIC_BASE_URL } = accountEnvironment({ ANTHROPIC_BASE_URL: address }, '/accounts/a');

    expect(ANTHROPIC_BASE_URL).toBe(keeps ? address : undefined);
  });
});
