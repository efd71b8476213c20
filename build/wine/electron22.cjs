/** For the tests under wine alone: what Electron 22, with its Node 16, lacks and the bundles use. */
const v8 = require('node:v8');
const Module = require('node:module');
const electron = require('electron');

const { protocol } = electron;

globalThis.structuredClone ??= (value) => v8.deserialize(v8.serialize(value));
const arrayMethods = {
  findLast(test) {
    for (let index = this.length - 1; index >= 0; index--) if (test(this[index], index, this)) return this[index];
  },
  findLastIndex(test) {
    for (let index = this.length - 1; index >= 0; index--) if (test(this[index], index, this)) return index;
    return -1;
  },
  toSorted(compare) {
    return [...this].sort(compare);
  },
  toReversed() {
    return [...this].reverse();
  },
  with(index, value) {
    const copy = [...this];
    copy[index < 0 ? copy.length + index : index] = value;
    return copy;
  },
};
for (const [name, value] of Object.entries(arrayMethods)) {
  if (!Array.prototype[name])
    Object.defineProperty(Array.prototype, name, { value, writable: true, configurable: true });
}
AbortSignal.timeout ??= (ms) => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('timeout')), ms).unref();
  return controller.signal;
};
AbortSignal.any ??= (signals) => {
  const controller = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) controller.abort(signal.reason);
    else signal.addEventListener('abort', () => controller.abort(signal.reason));
  }
  return controller.signal;
};
// Just what app/desktop/window/appProtocol.ts uses of them.
globalThis.Response ??= class Response {
  constructor(body, { status = 200, headers = {} } = {}) {
    Object.assign(this, { body, status, headers });
  }
};
protocol.handle ??= (scheme, handler) => {
  protocol.registerBufferProtocol(scheme, (request, answer) => {
    handler(request).then(
      ({ body, status, headers }) => {
        const mimeType = (headers['content-type'] ?? 'text/plain').split(';')[0];
        answer({ statusCode: status, headers, mimeType, data: Buffer.from(body) });
      },
      (error) => console.error('protocol', error),
    );
  });
};
// Without the window that hears of the session's end (app/desktop/quit.ts): wine hangs in every window, and ends no session.
const windowless = {};
for (const name of Object.keys(electron)) {
  if (name !== 'BaseWindow') Object.defineProperty(windowless, name, { enumerable: true, get: () => electron[name] });
}
const { _load: load } = Module;
Module._load = (name, ...rest) => (name === 'electron' ? windowless : load(name, ...rest));
require('./main.cjs');
