/** One definition of problems for the window's banners, the tray and `/health`. */
import { expect, test } from 'vitest';
import { impactOf, type Problem, type ProblemCode, problemsOf } from '../../../app/shared/problems';

const problem = (code: ProblemCode, rest: Partial<Problem> = {}): Problem => ({
  code,
  message: 'm',
  remedy: 'r',
  ...rest,
});

test('the most important problem is the first', () => {
  const server = { problem: problem('port_taken') };
  const cli = { problem: problem('plan_exhausted') };
  expect(problemsOf({ server, cli, storage: {} }).map(({ code }) => code)).toEqual(['port_taken', 'plan_exhausted']);
  expect(problemsOf({ server: {}, cli, storage: {} })).toEqual([cli.problem]);
  expect(problemsOf({ server: {}, cli: {}, storage: {} })).toEqual([]);
});

test('the impact of a problem is that of the table, unless the problem says otherwise', () => {
  expect(impactOf(problem('signed_out'))).toBe('all');
  expect(impactOf(problem('plan_exhausted', { impact: 'some' }))).toBe('some');
});
