/** One definition of the app's state for header, tray, `/health` and status bar. */
import { describe, expect, test } from 'vitest';
import { appStatus, canAnswer, type StatusSources } from '../../../app/shared/appStatus';
import type { Problem, ProblemCode } from '../../../app/shared/problems';

const PHASES = ['starting', 'running', 'stopping', 'stopped', 'error'] as const;
const CLI_PHASES = ['checking', 'ready', 'limited', 'problem'] as const;
const exhausted = problem('plan_exhausted');

describe('the overall state', () => {
  test('is ready only where the server runs and the CLI can answer', () => {
    for (const phase of PHASES) {
      for (const cli of CLI_PHASES) {
        const ready = appStatus(sources(phase, { phase: cli })).level === 'ready';
        expect(ready).toBe(phase === 'running' && (cli === 'ready' || cli === 'limited'));
      }
    }
  });

  test.each<[string, StatusSources, string, string]>([
    ['a stopped server', sources('stopped'), 'stopped', 'Stopped'],
    ['a stopping server', sources('stopping'), 'changing', 'Stopping'],
    ['a CLI that is looked for', sources('running', { phase: 'checking' }), 'changing', 'Starting'],
    [
      'a lost sign-in',
      sources('running', { phase: 'problem', problem: problem('signed_out') }),
      'blocked',
      'Signed out',
    ],
    ['a used-up plan', sources('running', { phase: 'limited', problem: exhausted }), 'blocked', 'Plan used up'],
    [
      'a used-up limit of one model',
      sources('running', { phase: 'limited', problem: { ...exhausted, impact: 'some' } }),
      'limited',
      'Running',
    ],
    ['a taken port', sources('error', { phase: 'ready' }, problem('port_taken')), 'blocked', 'Not running'],
    [
      'a lost sign-in beside a full disk',
      {
        ...sources('running', { phase: 'problem', problem: problem('signed_out') }),
        storage: { problem: problem('disk_full') },
      },
      'blocked',
      'Signed out',
    ],
    ['a full disk alone', { ...sources('running'), storage: { problem: problem('disk_full') } }, 'limited', 'Running'],
  ])('with %s', (_, state, level, label) => {
    expect(appStatus(state)).toMatchObject({ level, label });
  });

  test('is that requests are answered only where it is ready or limited', () => {
    expect(canAnswer(appStatus(sources('running')))).toBe(true);
    expect(canAnswer(appStatus(sources('running', { phase: 'limited', problem: exhausted })))).toBe(false);
    expect(canAnswer(appStatus(sources('stopping')))).toBe(false);
  });
});

function sources(
  phase: StatusSources['server']['phase'],
  cli: StatusSources['cli'] = { phase: 'ready' },
  serverProblem?: Problem,
): StatusSources {
  const server = { phase, url: 'http://127.0.0.1:22434', ...(serverProblem && { problem: serverProblem }) };
  return { server, cli, storage: {} };
}

function problem(code: ProblemCode): Problem {
  return { code, message: `It is ${code}.`, remedy: 'Mend it.' };
}
