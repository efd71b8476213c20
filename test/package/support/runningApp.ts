/** Talks to a packaged app through its control socket. The app's own client would refuse the socket of another user. */
import net from 'node:net';
import path from 'node:path';
import { expect, vi } from 'vitest';
import { z } from 'zod';

const ANSWER_WITHIN_MS = 60_000;
const Reply = z.object({ result: z.unknown().optional(), error: z.object({ message: z.string() }).optional() });

/** Sends a request to the app with this data folder. */
export function askApp(dataDir: string, request: Record<string, unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(path.join(dataDir, 'control', 'socket'));
    socket.on('error', reject).on('close', () => reject(new Error('The app has ended.')));
    socket.setTimeout(ANSWER_WITHIN_MS, () => reject(new Error('The app does not answer.')));
    socket.write(`${JSON.stringify({ id: 1, ...request })}\n`);
    let line = '';
    socket.setEncoding('utf8').on('data', (piece: string) => {
      line += piece;
      if (!line.endsWith('\n')) return;
      const { error, result } = Reply.parse(JSON.parse(line));
      if (error) reject(new Error(error.message));
      else resolve(result);
      socket.destroy();
    });
  });
}

/** The address of the server, once the app runs in this version and has found the CLI. */
export async function runningUrl(dataDir: string, version: string): Promise<string> {
  const running = { app: { version }, server: { phase: 'running' }, cli: { phase: 'ready' } };
  const wait = { timeout: 60_000, interval: 100 };
  return await vi.waitFor(async () => {
    const state = Topics.parse(await askApp(dataDir, { read: ['app', 'server', 'cli'] }));
    expect(state).toMatchObject(running);
    return state.server.url;
  }, wait);
}

const Topics = z.looseObject({ server: z.looseObject({ url: z.string() }) });
