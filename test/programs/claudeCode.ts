/** Claude Code in the version of package.json, with an MCP server. It gets the app's address and no other setting. */

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { ROOT } from '../../build/setup/command.mjs';
import { claudePath, cliEnvironment } from '../support/cli';
import { text, toolUse } from '../support/messagesApi';
import { chatCase, errorCase, followUpCase } from './cases';
import {
  type Program,
  type ProgramEnv,
  received,
  runCommand,
  shows,
  stopInAnswer,
  wasServed,
  workFolder,
  writePicture,
} from './program';

const SERVER = path.join(ROOT, 'test/api/claudeCode/stockServer.mjs');

async function ask(env: ProgramEnv, question: string, args: readonly string[] = [], until?: Promise<unknown>) {
  const cwd = await workFolder(env);
  const mcp = path.join(env.home, 'mcp.json');
  await writeFile(mcp, JSON.stringify({ mcpServers: { stock: { command: process.execPath, args: [SERVER] } } }));
  const all = ['-p', '--model', 'sonnet', '--mcp-config', mcp, ...args, '--', question];
  const variables = cliEnvironment({ url: `http://127.0.0.1:${env.proxy.port}` }, env.home);
  return runCommand(env.installed, all, { cwd, env: variables, until });
}

const packageVersion = z.object({ version: z.string() });
const packageFile = path.join(ROOT, 'node_modules/@anthropic-ai/claude-code/package.json');

export const program: Program = {
  name: 'Claude Code',
  version: packageVersion.parse(JSON.parse(await readFile(packageFile, 'utf8'))).version,
  install: async () => claudePath(),
  cases: {
    chat: chatCase((env) => ask(env, 'Hello?')),
    stream: async (env) => {
      env.app.api.answer(text('Good ', 'day.'));
      const run = await ask(env, 'Hello?', [
        '--output-format',
        'stream-json',
        '--verbose',
        '--include-partial-messages',
      ]);
      return ['"text":"Good "', '"text":"day."'].flatMap((delta) => shows(run, delta));
    },
    followUp: followUpCase(async (env) => {
      await ask(env, 'A fruit?');
      return ask(env, 'Its colour?', ['--continue']);
    }),
    tools: async (env) => {
      env.app.api.answer(toolUse('ClientToolSearch', { query: 'select:mcp__stock__count', max_results: 5 }));
      env.app.api.answer(toolUse('mcp__stock__count', { article: 'apples' }));
      env.app.api.answer(text('Enough.'));
      const run = await ask(env, 'How many apples?', ['--allowedTools', 'mcp__stock__count']);
      const faults = [...shows(run, 'Enough.'), ...received(env, '4711 apples are in stock')];
      return [...faults, ...wasServed(env, 'new', 'live', 'live')];
    },
    image: async (env) => {
      const file = await writePicture(env);
      env.app.api.answer(toolUse('Read', { file_path: file }));
      env.app.api.answer(text('A dot.'));
      const run = await ask(env, 'What is in the picture?', ['--allowedTools', 'Read', '--add-dir', env.home]);
      return [...shows(run, 'A dot.'), ...received(env, '"media_type":"image/'), ...wasServed(env, 'new', 'live')];
    },
    stop: (env) => stopInAnswer(env, (until) => ask(env, 'A long story?', [], until)),
    error: errorCase((env) => ask(env, 'Refuse me.')),
  },
};
