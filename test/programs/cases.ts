/** What the model answers in each case, and what has to be seen of it. Programs differ in how their user asks. */
import { text, toolUse } from '../support/messagesApi';
import {
  type CaseResult,
  type ProgramEnv,
  type ProgramRun,
  REFUSED,
  received,
  refuseAll,
  shows,
  wasServed,
  wasStreamed,
  writePicture,
} from './program';

type Case = (env: ProgramEnv) => Promise<CaseResult>;
type Ask = (env: ProgramEnv) => Promise<ProgramRun>;

/** The user asks once. */
export function chatCase(ask: Ask): Case {
  return async (env) => {
    env.app.api.answer(text('Good ', 'day.'));
    return [...shows(await ask(env), 'Good day.'), ...wasServed(env, 'new')];
  };
}

/** The user asks once. @param shown what the program writes, where it writes events rather than the answer */
export function streamCase(ask: Ask, ...shown: readonly string[]): Case {
  return async (env) => {
    env.app.api.answer(text('Good ', 'day.'));
    const run = await ask(env);
    const expected = shown.length > 0 ? shown : ['Good day.'];
    return [...expected.flatMap((one) => shows(run, one)), ...wasStreamed(env)];
  };
}

/** The user asks for a fruit, then for its colour. @param ask returns the second run. @param shown what it shows of the answer */
export function followUpCase(ask: Ask, shown = 'Green.'): Case {
  return async (env) => {
    env.app.api.answer(text('An apple.'));
    env.app.api.answer(text('Green.'));
    return [...shows(await ask(env), shown), ...received(env, 'An apple.'), ...wasServed(env, 'new', 'live')];
  };
}

/** The command of the user's computer that `commandCase` has the model call. */
export const COMMAND = 'echo "sum: $((40 + 2))"';

/** The user asks for a sum, and the model has the program run `COMMAND`. @param tool the program's tool for commands */
export function commandCase(tool: string, input: Readonly<Record<string, unknown>>, ask: Ask): Case {
  return async (env) => {
    env.app.api.answer(text('Let me see.'), toolUse(tool, input));
    env.app.api.answer(text('Forty-two.'));
    return [...shows(await ask(env), 'Forty-two.'), ...received(env, 'sum: 42'), ...wasServed(env, 'new', 'live')];
  };
}

/** The user asks about a picture. */
export function imageCase(ask: (env: ProgramEnv, picture: string) => Promise<ProgramRun>): Case {
  return async (env) => {
    env.app.api.answer(text('A dot.'));
    return [...shows(await ask(env, await writePicture(env)), 'A dot.'), ...received(env, '"media_type":"image/')];
  };
}

/** The API refuses what the user asks. */
export function errorCase(ask: Ask): Case {
  return async (env) => {
    refuseAll(env);
    return shows(await ask(env), REFUSED);
  };
}
