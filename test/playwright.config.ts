import { defineConfig } from '@playwright/test';

const AXE = '**/accessibility.spec.ts';

export default defineConfig({
  testDir: 'e2e',
  // axe takes minutes for all pages in three looks: `npm run test:axe`.
  ...(process.env.CLAUDACITY_AXE === '1' ? { testMatch: AXE } : { testIgnore: AXE }),
  outputDir: '../test-results',
  // All tests share one screen, one session bus and one tray, so two apps at a time would disturb each other.
  workers: 1,
  fullyParallel: false,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: [['list']],
});
