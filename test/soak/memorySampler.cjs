/** Loaded into the app's process ahead of the app: writes down what it holds of the memory, garbage aside. */
const { appendFileSync } = require('node:fs');

const { SOAK_MEMORY_FILE = '' } = process.env;

setInterval(() => {
  global.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  appendFileSync(
    SOAK_MEMORY_FILE,
    `${JSON.stringify({ pid: process.pid, at: Date.now(), rss, heapUsed, external })}\n`,
  );
}, 1_000).unref();
