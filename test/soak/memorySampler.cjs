/** Loaded into the app's process before the app: once a second it collects garbage and appends the memory in use to a file. */
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
