/** How the maintenance's worker thread works: in short transactions, with pauses, until it is told to stop. */
const { setTimeout: sleep } = require('node:timers/promises');
const { workerData } = require('node:worker_threads');

/** @typedef {InstanceType<typeof import('@photostructure/sqlite').DatabaseSync>} Connection */

/** What is deleted in one transaction: about so many bytes of texts, or so many rows. */
const BATCH_BYTES = 512 * 1024;
const BATCH_ROWS = 200;

/** Set by the app when it wants the thread to end. */
const stop = new Int32Array(workerData.stop);

/** @throws Error when the thread is to end */
function throwIfStopped() {
  if (Atomics.load(stop, 0) === 1) throw new Error('the work on the database was stopped');
}

/** Runs the work in transactions until it returns 0, with pauses. @param {Connection} connection @param {() => number} work */
async function repeat(connection, work) {
  for (;;) {
    throwIfStopped();
    let changed = 0;
    const took = timed(() => {
      connection.exec('BEGIN IMMEDIATE');
      try {
        changed = work();
        connection.exec('COMMIT');
      } catch (error) {
        if (connection.isTransaction) connection.exec('ROLLBACK');
        throw error;
      }
    });
    if (changed === 0) return;
    await sleep(took);
  }
}

/** The first column of the first row. @param {Connection} connection @param {string} sql */
function number(connection, sql) {
  return Number(Object.values(connection.prepare(sql).get() ?? {})[0]);
}

/** How long the work takes, in ms. @param {() => void} work */
function timed(work) {
  const start = performance.now();
  work();
  return performance.now() - start;
}

module.exports = { BATCH_BYTES, BATCH_ROWS, number, repeat, throwIfStopped, timed };
