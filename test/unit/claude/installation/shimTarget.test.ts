import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { shimTarget } from '../../../../app/claude/installation/shimTarget';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'claudacity-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function shim(script: string): Promise<string | undefined> {
  const file = path.join(folder, 'claude.cmd');
  await writeFile(file, script.replaceAll('\n', '\r\n'));
  return shimTarget(file);
}

const target = () => path.win32.join(folder, 'node_modules\\@anthropic-ai\\claude-code\\bin\\claude.exe');

describe('the target of a command script', () => {
  test('is the program that npm’s script starts', async () => {
    const script = `@ECHO off
GOTO start
:find_dp0
SET dp0=%~dp0
EXIT /b
:start
SETLOCAL
CALL :find_dp0
"%dp0%\\node_modules\\@anthropic-ai\\claude-code\\bin\\claude.exe"   %*
`;
    expect(await shim(script)).toBe(target());
  });

  test('is the program that earlier versions of npm name by %~dp0', async () => {
    expect(await shim('"%~dp0\\node_modules\\@anthropic-ai\\claude-code\\bin\\claude.exe"   %*\n')).toBe(target());
  });

  test('is unknown where Node runs a script, where it is another kind of script, and where it cannot be read', async () => {
    expect(await shim('"%_prog%"  "%dp0%\\node_modules\\@anthropic-ai\\claude-code\\cli.js" %*\n')).toBeUndefined();
    expect(await shim('@echo off\necho claude.exe %1\n')).toBeUndefined();
    expect(await shimTarget(path.join(folder, 'none.cmd'))).toBeUndefined();
  });
});
