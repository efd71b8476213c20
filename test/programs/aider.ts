/**
 * aider, with a model of the OpenAI dialect (`openai/…`). It edits files by the text of an answer and offers no tools. By default it adds
 * its instructions to the user's last message and takes them away again in the next request, so that the history is another one
 * and is replayed; with the settings below they are in the system prompt.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from '../support/messagesApi';
import { imageCase, streamCase } from './cases';
import { pipInstall } from './install';
import {
  homeVariables,
  type Program,
  type ProgramEnv,
  REFUSED,
  type RunOptions,
  received,
  refuseAll,
  runCommand,
  shows,
  stopInAnswer,
  wasServed,
  workFolder,
} from './program';

const VERSION = '0.86.2';

const MODEL = 'openai/sonnet';
/** aider knows no model of this name: it has to be told of images. */
const METADATA = { [MODEL]: { max_input_tokens: 200_000, supports_vision: true, mode: 'chat' } };
const SETTINGS = [{ name: MODEL, edit_format: 'diff', reminder: 'sys', examples_as_sys_msg: true }];

async function aider(env: ProgramEnv, args: readonly string[], options: Pick<RunOptions, 'until' | 'input'> = {}) {
  const cwd = await workFolder(env);
  const metadata = path.join(env.home, 'metadata.json');
  await writeFile(metadata, JSON.stringify(METADATA));
  const settings = path.join(env.home, 'settings.yml');
  // YAML includes JSON.
  await writeFile(settings, JSON.stringify(SETTINGS));
  const quiet = [
    '--no-check-update',
    '--analytics-disable',
    '--no-pretty',
    '--no-fancy-input',
    '--no-show-release-notes',
  ];
  const model = ['--model', MODEL, '--model-metadata-file', metadata, '--model-settings-file', settings];
  return runCommand(
    env.installed,
    ['--no-git', '--yes-always', '--no-show-model-warnings', ...quiet, ...model, ...args],
    {
      cwd,
      env: {
        ...homeVariables(env),
        ...{
          OPENAI_API_BASE: `http://127.0.0.1:${env.proxy.port}/v1`,
          OPENAI_API_KEY: 'any',
          LITELLM_LOCAL_MODEL_COST_MAP: 'True',
        },
      },
      ...options,
    },
  );
}

export const program: Program = {
  name: 'aider',
  version: VERSION,
  install: (cache) => pipInstall(cache, 'aider-chat', VERSION, 'aider'),
  cases: {
    chat: async (env) => {
      env.app.api.answer(text('Good ', 'day.'));
      // aider puts a question and an answer of its own (“I am not sharing any files…”) before the user's first one.
      const run = await aider(env, ['--no-stream', '--message', 'Hello?']);
      return [...shows(run, 'Good day.'), ...wasServed(env, 'replay')];
    },
    stream: streamCase((env) => aider(env, ['--message', 'Hello?'])),
    followUp: async (env) => {
      env.app.api.answer(text('An apple.'));
      env.app.api.answer(text('Green.'));
      const run = await aider(env, [], { input: 'A fruit?\nIts colour?\n' });
      return [...shows(run, 'Green.'), ...received(env, 'An apple.'), ...wasServed(env, 'replay', 'live')];
    },
    tools: { unsupported: 'edits files by the text of an answer' },
    image: imageCase((env, picture) => aider(env, ['--message', 'What is in the picture?', picture])),
    stop: (env) => stopInAnswer(env, (until) => aider(env, ['--message', 'A long story?'], { until })),
    error: async (env) => {
      refuseAll(env);
      const run = await aider(env, ['--message', 'Refuse me.']);
      // aider breaks lines at 80 columns.
      return shows({ ...run, output: run.output.replaceAll(/\s+/g, ' ') }, REFUSED);
    },
  },
};
