import { expect, test } from 'vitest';
import { type ReachFacts, reachProblem } from '../../../../app/shared/connect/reach';

const OPEN: ReachFacts = {
  place: 'here',
  server: { phase: 'running', host: '0.0.0.0' },
  platform: 'linux',
  trustContainers: false,
  keylessRanges: [],
  hostPinnedBy: undefined,
  hasAddress: true,
  hasKey: false,
  keysProblem: null,
};
const LOOPBACK = { phase: 'running', host: '127.0.0.1' };

test.each<[string, Partial<ReachFacts>, string | null]>([
  ['a program here', {}, null],
  ['a program here, on loopback', { server: LOOPBACK }, null],
  ['a stopped server', { server: { phase: 'stopped', host: '0.0.0.0' } }, 'start'],
  ['another computer', { place: 'other' }, 'makeKey'],
  ['another computer with a key', { place: 'other', hasKey: true }, null],
  ['another computer, on loopback', { place: 'other', hasKey: true, server: LOOPBACK }, 'listen'],
  ['a container', { place: 'container' }, 'makeKey'],
  ['a trusted container', { place: 'container', trustContainers: true }, null],
  ['a container, on loopback', { place: 'container', server: LOOPBACK }, 'listen'],
  ['a container of Docker Desktop, on loopback', { place: 'container', platform: 'darwin', server: LOOPBACK }, null],
])('%s', (_what, facts, remedy) => {
  expect(reachProblem({ ...OPEN, ...facts })?.remedy?.kind ?? null).toBe(remedy);
});

test.each<[Partial<ReachFacts>, string]>([
  [{ place: 'other', server: LOOPBACK, hostPinnedBy: 'HOST' }, 'HOST has it listen for this computer only'],
  [{ place: 'other', hasAddress: false }, 'in no network'],
  [{ place: 'other', keylessRanges: ['10.0.0.0/8'] }, 'unless their network is listed'],
  [{ place: 'other', keysProblem: 'The database cannot be used.' }, 'The database cannot be used.'],
  [{ server: { phase: 'error', host: '0.0.0.0' } }, 'could not start'],
])('says why where no button helps, or what the exception is: %o', (facts, text) => {
  expect(reachProblem({ ...OPEN, ...facts })?.text).toContain(text);
});
