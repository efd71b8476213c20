import { defineConfig } from 'vitest/config';

// The real CLI starts in a second or so, and several at once on a small machine take longer.
const timeouts = { testTimeout: 90_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    environment: 'node',
    // A test that talks to the CLI waits for most of its time.
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.{ts,tsx}'], testTimeout: 10_000 } },
      { extends: true, test: { name: 'api', include: ['test/api/**/*.test.ts'], ...timeouts } },
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
        test: {
          name: 'clients',
          include: ['test/api/clients/*.test.ts'],
          // They write the rows of one table, one after the other.
          env: { CLAUDACITY_CLIENTS_TABLE: 'write' },
          fileParallelism: false,
          ...timeouts,
        },
      },
      {
        extends: true,
        test: { name: 'package', include: ['test/package/**/*.test.ts'], ...timeouts, testTimeout: 120_000 },
      },
    ],
  },
});
