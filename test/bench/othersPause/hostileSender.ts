/** Sends hostile bodies from a thread of its own, so that making them does not delay the client whose stream is measured. */
import type { IncomingMessage } from 'node:http';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import type { HostileBody } from './hostileBodies';

/** How the server answered a hostile body. */
export interface HostileAnswer {
  /** 0 where the connection broke. */
  readonly status: number;
  /** The start of the answer's body, or the connection's error. */
  readonly text: string;
  /** From the last byte sent to the answer, in ms. */
  readonly answerMs: number;
}

const Answer = z.object({ status: z.number(), text: z.string(), answerMs: z.number() });

/** Sends the body as often as it says, and waits for the answers. Returns the slowest; never rejects for what the server does. */
export async function sendHostile(base: string, body: HostileBody): Promise<HostileAnswer> {
  const answers = await Promise.all(Array.from({ length: body.times ?? 1 }, () => sendOnce(base, body)));
  return answers.reduce((slowest, answer) => (answer.answerMs > slowest.answerMs ? answer : slowest));
}

function sendOnce(base: string, body: HostileBody): Promise<HostileAnswer> {
  return new Promise((resolve, reject) => {
    const source = `(${sender})(require('node:worker_threads'), require('node:http'))`;
    const worker = new Worker(source, {
      eval: true,
      workerData: { url: base + body.path, ...body },
    });
    worker.once('message', (message) => resolve(Answer.parse(message)));
    worker.once('error', reject);
  });
}

/** Runs in the thread: everything that it uses is inside it. */
function sender(
  { parentPort, workerData }: typeof import('node:worker_threads'),
  { request }: typeof import('node:http'),
): void {
  const { url, start, repeated, end, bytes } = workerData;
  const unit = Buffer.from(repeated);
  const chunk = Buffer.concat(Array.from({ length: Math.max(1, Math.floor(65_536 / unit.length)) }, () => unit));
  const times = Math.floor((bytes - Buffer.byteLength(start) - Buffer.byteLength(end)) / unit.length);
  let left = times * unit.length;
  let sentAt = performance.now();
  let answered = false;
  const answer = (status: number, text: string) => {
    if (answered) return;
    answered = true;
    parentPort?.postMessage({ status, text: text.slice(0, 200), answerMs: performance.now() - sentAt });
  };
  const outgoing = request(url, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
  });
  outgoing.on('error', (error: Error) => answer(0, String(error)));
  outgoing.on('response', (response: IncomingMessage) => {
    const chunks: Buffer[] = [];
    response.on('data', (data: Buffer) => chunks.push(data));
    response.on('close', () => answer(response.statusCode ?? 0, Buffer.concat(chunks).toString()));
  });
  const write = () => {
    while (left > 0) {
      const part = left >= chunk.length ? chunk : chunk.subarray(0, left);
      left -= part.length;
      if (!outgoing.write(part)) return void outgoing.once('drain', write);
    }
    outgoing.end(end, () => {
      sentAt = performance.now();
    });
  };
  outgoing.write(start);
  write();
}
