/** Parts of the app under Windows: how it finds, starts and ends programs, and its entry in the registry. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWine, type Wine } from './support/wine';

let wine: Wine;
beforeAll(async () => {
  wine = await openWine();
});
afterAll(() => wine?.close());

/** Runs a step of the harness. In base64, because Windows programs take their command line apart by themselves. */
async function step(what: Record<string, unknown>): Promise<unknown> {
  const { node, harness } = wine.prepared;
  const argument = Buffer.from(JSON.stringify(what)).toString('base64');
  const output = await wine.run(wine.path(node), [wine.path(harness), argument]);
  const result = /^RESULT (.*)$/m.exec(output.replaceAll('\r', ''))?.[1];
  if (result === undefined) throw new Error(`The harness has printed no result:\n${output}`);
  return JSON.parse(result);
}

const HOME = 'C:\\users\\root\\Üser 你好';
const NPM = `${HOME}\\AppData\\Roaming\\npm with spaces é`;
const NPM_SHIM = `@ECHO off\r
GOTO start\r
:find_dp0\r
SET dp0=%~dp0\r
EXIT /b\r
:start\r
SETLOCAL\r
CALL :find_dp0\r
"%dp0%\\node_modules\\@anthropic-ai\\claude-code\\bin\\claude.exe"   %*\r
`;

describe('the claude CLI', () => {
  test('is found as a program in PATH, in folders with spaces and other alphabets', async () => {
    const folder = `${HOME}\\bin 1`;
    await step({ step: 'write', file: `${folder}\\claude.exe`, text: 'a program' });
    const found = await step({ step: 'find', setting: '', env: { PATH: `C:\\windows;${folder}` } });
    expect(found).toEqual({ found: true, path: `${folder}\\claude.exe` });
  });

  test('is the program behind npm’s script, where npm has installed it', async () => {
    const program = `${NPM}\\npm\\node_modules\\@anthropic-ai\\claude-code\\bin\\claude.exe`;
    await step({ step: 'write', file: `${NPM}\\npm\\claude.cmd`, text: NPM_SHIM });
    await step({ step: 'write', file: program, text: 'a program' });
    const found = await step({
      step: 'find',
      setting: '',
      env: { PATH: 'C:\\windows', APPDATA: NPM, USERPROFILE: 'C:\\none' },
    });
    expect(found).toEqual({ found: true, path: program });
  });

  test('is another kind of script, which is run with its arguments as they are', async () => {
    // The command interpreter of wine finds no script in a folder with a space.
    const script = 'C:\\scripts\\claude.cmd';
    await step({ step: 'write', file: script, text: '@echo off\r\necho script %1\r\nexit /b 3\r\n' });
    const found = await step({ step: 'find', setting: script, env: {} });
    expect(found).toEqual({ found: true, path: script });
    const ran = await step({ step: 'spawn', program: script, args: ['--version'] });
    expect(ran).toMatchObject({ code: 3, stdout: expect.stringContaining('script') });
  });

  test('that is not there is reported', async () => {
    expect(await step({ step: 'find', setting: 'C:\\none\\claude.exe', env: {} })).toMatchObject({ found: false });
  });

  test('in its pinned version runs', async () => {
    const ran = await step({ step: 'spawn', program: wine.path(wine.prepared.claude), args: ['--version'] });
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+ \(Claude Code\)/) });
  });
});

test('a process is ended together with those that it has started', async () => {
  expect(await step({ step: 'killTree' })).toEqual({ before: [true, true], after: [false, false] });
});

describe('the login entry', () => {
  const program = 'C:\\Users\\root\\AppData\\Local\\Programs\\Cläudacity & 你好\\Claudacity.exe';
  const run = () => step({ step: 'registry', key: 'HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run' });
  const login = (change: string) => step({ step: 'login', change, program, args: [] });

  test('is written with its path as it is, read, and removed without a trace', async () => {
    expect(await login('read')).toMatchObject({ installed: false, enabled: false });
    expect(await login('enable')).toMatchObject({ enabled: true, command: { program, args: [] } });
    expect(await run()).toContain(`"Claudacity"="\\"${program.replaceAll('\\', '\\\\')}\\" --hidden"`);
    expect(await login('disable')).toMatchObject({ installed: false, enabled: false });
    expect(await run()).not.toContain('Claudacity');
    expect(await login('disable')).toMatchObject({ enabled: false });
  });

  test('that the Task Manager has switched off is off, until it is switched on again', async () => {
    await login('enable');
    await step({ step: 'switchOff' });
    expect(await login('read')).toMatchObject({ installed: true, enabled: false });
    expect(await login('enable')).toMatchObject({ enabled: true });
    await login('disable');
  });
});
