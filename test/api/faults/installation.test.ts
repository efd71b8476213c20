/** The CLI does not come up, is gone, is signed out, or its plan is used up. */
import { mkdir, rename, symlink } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import { claudePath, leftoverProcesses, signIn, signOut } from '../../support/cli';
import { type CliMode, type CliWrapper, wrapCli } from '../../support/cliWrapper';
import { httpError, rateLimits, text } from '../../support/messagesApi';
import { send } from '../../support/send';
import type { TestApp } from '../../support/testApp';
import { ANSWERED, SETTINGS, TOLD, testFaults } from './testFaults';

/** Attempts fail soon; each further one may take twice as long, so that the real CLI comes up on a slow machine, too. */
const SHORT = { attemptMs: 300, waitMs: 200, firstPauseMs: 50, maxPauseMs: 500, initializeMs: 8_000 };

const SOON = { timeout: 60_000 };

let cli: CliWrapper;

/** Breaks the CLI, and ends the processes that were started before. */
async function breakCli(app: TestApp, work: () => Promise<void>): Promise<void> {
  await work();
  // A conversation that has no process is replayed into the next one.
  await expect.poll(() => endWorkingProcesses(app), SOON).toEqual([]);
}

/** Ends the processes of the real CLI, and no others: those of the broken one are the app's to end. Returns the conversations that still have one. */
async function endWorkingProcesses(app: TestApp) {
  for (const { pid, command } of await leftoverProcesses(app.home)) {
    if (command.includes('stream-json') && !command.startsWith('/bin/sh')) process.kill(pid, 'SIGKILL');
  }
  return app.core.snapshot().conversations.filter(({ pid }) => pid !== null);
}

/** The status of the answer to a question. */
async function ask(app: TestApp): Promise<number> {
  const body = JSON.stringify({ model: 'sonnet', stream: false, messages: [{ role: 'user', content: 'Again?' }] });
  return (await send(`${app.url}/api/chat`, { body })).status;
}

const mode = (next: CliMode) => ({
  when: 'after 10 s (`waitMs`)',
  before: async (app: TestApp) => {
    await breakCli(app, () => cli.set(next));
    // The first request that needs a process finds out.
    await expect
      .poll(async () => {
        // One may have been starting when the CLI was broken.
        await endWorkingProcesses(app);
        return (await ask(app)) !== 200 && app.core.snapshot().cli.problem?.code;
      }, SOON)
      .toBe('cli_failed');
  },
  heal: () => cli.set('works'),
  expected: TOLD,
});

const usedUp = () => {
  const resets = Math.floor(Date.now() / 1000) + 3_600;
  const limits = rateLimits({ status: 'rejected', fiveHour: 1, fiveHourReset: resets, sevenDayReset: resets });
  return httpError(429, 'rate_limit_error', 'Limit reached.', limits.kind === 'headers' ? limits.headers : {});
};

/** The next answer that succeeds ends the problem. */
async function answerAgain(app: TestApp): Promise<void> {
  app.api.reset();
  app.api.setDefaultAnswer(text('OK'));
  await expect.poll(() => ask(app), SOON).toBe(200);
}

testFaults(
  'installation',
  {
    options: async (home) => {
      cli = await wrapCli(path.join(home, 'bin'));
      return { env: { CLAUDE_PATH: cli.path }, claudeTimes: SHORT };
    },
    faults: {
      'The CLI is silent in `initialize`': mode('silent'),
      'The CLI exits as soon as it is started': { ...mode('exits'), when: 'at once' },
      'The CLI is uninstalled': {
        before: (app) => breakCli(app, () => rename(cli.path, `${cli.path}.away`)),
        // A request looks for the CLI again; so does “Check again” in the window.
        heal: async (app) => {
          await rename(`${cli.path}.away`, cli.path);
          await answerAgain(app);
        },
        expected: TOLD,
      },
      'The API refuses the API key in mid-session': {
        answer: () => [httpError(401, 'authentication_error', 'invalid x-api-key')],
        lasts: true,
        heal: answerAgain,
        expected: TOLD,
      },
    },
  },
  {
    options: async (home) => {
      const bin = path.join(home, '.local', 'bin');
      await mkdir(bin, { recursive: true });
      await symlink(claudePath(), path.join(bin, 'claude'));
      return { env: { CLAUDE_PATH: undefined, PATH: '/bin' } };
    },
    faults: {
      'The CLI is moved to another place where it is looked for': {
        before: (app) =>
          breakCli(app, async () => {
            const elsewhere = path.join(app.home, '.claude', 'local');
            await mkdir(elsewhere, { recursive: true });
            await rename(path.join(app.home, '.local', 'bin', 'claude'), path.join(elsewhere, 'claude'));
          }),
        expected: ANSWERED,
      },
    },
  },
  {
    options: () => ({ account: 'subscription' }),
    faults: {
      'The API refuses the OAuth token in mid-session': {
        answer: () => [httpError(401, 'authentication_error', 'OAuth token has expired.')],
        lasts: true,
        heal: answerAgain,
        expected: TOLD,
      },
      'The plan is used up': { answer: () => [usedUp()], lasts: true, heal: answerAgain, expected: TOLD },
    },
  },
  {
    options: async (home) => {
      await signIn(home);
      return { account: 'signed-out' };
    },
    faults: {
      'The CLI is signed out': {
        before: (app) => breakCli(app, () => signOut(app.home)),
        heal: async (app) => {
          await signIn(app.home);
          await answerAgain(app);
        },
        expected: TOLD,
      },
    },
  },
  {
    options: () => ({ env: { ANTHROPIC_LOG: 'debug' }, settings: { ...SETTINGS, passVariables: ['ANTHROPIC_LOG'] } }),
    faults: { 'The CLI writes a log between its messages (`ANTHROPIC_LOG=debug`)': { expected: ANSWERED } },
  },
);
