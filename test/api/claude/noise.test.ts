/** The real CLI whose output has other lines between its messages: they are skipped and counted. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startClaude } from '../../../app/claude/process/claudeProcess';
import { claudePath, cliEnvironment, removeFolder, scratchFolder } from '../../support/cli';
import { ask, user } from '../../support/conversation';
import { text } from '../../support/messagesApi';
import { startTestApp, type TestApp } from '../../support/testApp';

/** Runs the CLI and writes a line of a log behind each of its lines. */
const NOISY_CLI = `#!${process.execPath}
const { spawn } = require('node:child_process');
const { createInterface } = require('node:readline');
const child = spawn(${JSON.stringify(claudePath())}, process.argv.slice(2), { stdio: ['inherit', 'pipe', 'inherit'] });
const isConversation = process.argv.includes('stream-json');
createInterface({ input: child.stdout }).on('line', (line) => {
  console.log(line);
  if (isConversation) console.log('[log] sending request {\\n  "type": "result",\\n}\\n["a list"]\\nnull');
});
child.on('close', (code) => process.exit(code ?? 1));
`;

let home: string;
let app: TestApp;

beforeAll(async () => {
  home = await scratchFolder();
  const cli = path.join(home, 'noisy', 'claude');
  await mkdir(path.dirname(cli));
  await writeFile(cli, NOISY_CLI, { mode: 0o755 });
  app = await startTestApp({ home, env: { CLAUDE_PATH: cli } });
});

afterAll(async () => {
  await app.stop();
  await removeFolder(home);
});

test.skipIf(process.platform === 'win32')('conversations go on, and the lines are counted', async () => {
  app.api.setDefaultAnswer(text('Quite ', 'well.'));

  const first = await ask(app, [user('How are you?')]);
  const second = await ask(app, [user('How are you?'), { role: 'assistant', content: 'Quite well.' }, user('Why?')]);

  expect(first).toMatchObject({ status: 200, text: 'Quite well.' });
  expect(second).toMatchObject({ status: 200, text: 'Quite well.', path: 'live' });
  const metrics = await (await fetch(`${app.url}/metrics`)).text();
  expect(Number(/^claudacity_cli_skipped_lines_total (\d+)$/m.exec(metrics)?.[1])).toBeGreaterThan(10);
  const warnings = app.log.entries.filter(({ message }) => message.includes('none of its messages'));
  expect(warnings.length).toBeGreaterThan(0);
});

test('the lines that ANTHROPIC_LOG has the CLI write do not end its process', async () => {
  const env = { ...cliEnvironment(app.api, home), ANTHROPIC_LOG: 'debug' };
  const claude = startClaude(claudePath(), { cwd: home, env, isolated: true });
  await claude.initialize('');
  app.api.setDefaultAnswer(text('OK'));
  const types: string[] = [];
  for await (const { type } of claude.runTurn([{ type: 'text', text: 'Hello' }], new AbortController().signal))
    types.push(type);

  expect(types).toEqual(['begin', 'text', 'stop', 'result']);
  await claude.close();
});
