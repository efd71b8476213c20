/** Whether something listens at a control socket. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import net from 'node:net';

/** The kernel accepts at once, unless the queue of a process that hangs is full. */
const ACCEPT_MS = 1_000;

/** Only a refused connection or a missing file shows that nothing does. Never rejects. */
export async function isListening(file: string): Promise<boolean> {
  // Windows does not list pipes as files.
  if (process.platform !== 'win32' && !existsSync(file)) return false;
  const socket = net.connect(file);
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(ACCEPT_MS) });
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code !== 'ECONNREFUSED' && code !== 'ENOENT' && code !== 'ENOTSOCK';
  } finally {
    socket.destroy();
  }
}
