import { expect, test } from 'vitest';
import { debianChangelog } from '../../../build/linux/changelog.mjs';

const DAY = new Date('2026-03-04T05:06:07Z');

test('each version becomes an entry with its own date, and what is unreleased belongs to the packed version', () => {
  const markdown = `# Changelog

## [Unreleased]

### Added

- One change that is
  told in two lines.

### Fixed

- Another one.

## [1.1.0] - 2026-02-01

- In the packed version before.

## [1.0.0] - 2026-01-01

- The first.
`;
  expect(debianChangelog(markdown, '1.1.0', DAY)).toBe(`claudacity (1.1.0) unstable; urgency=medium

  * One change that is told in two lines.
  * Another one.
  * In the packed version before.

 -- Claudacity <claudacity@example.org>  Wed, 04 Mar 2026 05:06:07 +0000

claudacity (1.0.0) unstable; urgency=medium

  * The first.

 -- Claudacity <claudacity@example.org>  Thu, 01 Jan 2026 12:00:00 +0000
`);
});

test('long changes are broken before column 80', () => {
  const lines = debianChangelog(`## [1.0.0] - 2026-01-01\n\n- ${'word '.repeat(100)}\n`, '1.0.0', DAY).split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(80);
});
