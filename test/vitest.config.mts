import { defineConfig } from 'vitest/config';

// The real CLI takes about a second to start, and longer when several start at once on a small machine.
// A second, the default, is too short for `expect.poll` on a busy machine.
const timeouts = { testTimeout: 90_000, hookTimeout: 60_000, expect: { poll: { timeout: 20_000 } } };

const CLIENTS = 'test/api/clients/*.test.ts';
/** Compare requests of a process that is reused with those of a new one, byte for byte, in hundreds of conversations. */
const LONG_REUSE = 'test/api/claude/reuse{Rewind,Settings,Texts}.test.ts';

export default defineConfig({
  test: {
    environment: 'node',
    // Tests with the CLI spend most of their time waiting, so two at once are no load even for a small machine.
    maxWorkers: 2,
    globalSetup: 'test/support/testRun.ts',
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.{ts,tsx}'], testTimeout: 10_000 } },
      {
        extends: true,
        test: {
          name: 'api',
          include: ['test/api/**/*.test.ts'],
          // `test:faults`, `test:clients` and `test:specs`, and `test:reuse` have these.
          exclude: ['test/api/faults/**', CLIENTS, LONG_REUSE],
          env: {
            // The same random requests each time; the long runs choose others.
            CLAUDACITY_SEED: process.env.CLAUDACITY_SEED ?? '1',
            CLAUDACITY_REUSE_PAIRS: process.env.CLAUDACITY_REUSE_PAIRS ?? '1',
          },
          ...timeouts,
        },
      },
      {
        extends: true,
        test: { name: 'reuse', include: [LONG_REUSE, 'test/api/claude/reuseConversations.test.ts'], ...timeouts },
      },
      { extends: true, test: { name: 'lifecycle', include: ['test/lifecycle/*.test.ts'], ...timeouts } },
      {
        extends: true,
        test: {
          name: 'property',
          include: ['test/api/*.property.test.ts'],
          env: { CLAUDACITY_PROPERTY_REQUESTS: process.env.CLAUDACITY_PROPERTY_REQUESTS ?? '2000' },
          ...timeouts,
        },
      },
      {
        extends: true,
        // For `test:specs`. LangChain sends and gets nothing that the others do not.
        test: { name: 'traffic', include: [CLIENTS], exclude: ['**/langchain.test.ts'], ...timeouts },
      },
      {
        extends: true,
        test: {
          name: 'clients',
          include: [CLIENTS],
          // The test files write rows of the same table, so they must not run in parallel.
          env: { CLAUDACITY_CLIENTS_TABLE: 'write' },
          fileParallelism: false,
          ...timeouts,
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: ['test/api/faults/*.test.ts'],
          // The test files write tables of the same document, so they must not run in parallel.
          env: { CLAUDACITY_FAULTS_TABLE: 'write' },
          fileParallelism: false,
          ...timeouts,
        },
      },
      {
        extends: true,
        // Each has a registry of 800 MB of its own.
        test: {
          name: 'wine',
          include: ['test/wine/*.test.ts'],
          fileParallelism: false,
          ...timeouts,
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        // `test:updates` has the other one, which takes as long as these and uses apt at the same time.
        test: { name: 'package', include: ['test/package/!(update).test.ts'], ...timeouts, testTimeout: 120_000 },
      },
      {
        extends: true,
        test: { name: 'updates', include: ['test/package/update.test.ts'], ...timeouts, testTimeout: 120_000 },
      },
    ],
  },
});
