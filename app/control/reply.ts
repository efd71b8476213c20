/** What the app sends over the control socket (wire.ts). Read without zod, which takes the command longer to load than all else. */
import type { TopicUpdate } from '../shared/contract';

/** `id` is null where a request had none. */
export type ControlReply =
  | { id: number | null; error: { message: string } }
  | { id: number | null; update: TopicUpdate }
  | { id: number | null; result: unknown };

/** The values are not checked further: both ends are this program. @throws Error where the line is no reply */
export function parseReply(line: string): ControlReply {
  const reply: unknown = JSON.parse(line);
  if (!isObject(reply) || !(reply.id === null || Number.isInteger(reply.id))) throw new Error(NO_REPLY);
  const isError = isObject(reply.error) && typeof reply.error.message === 'string';
  if (!isError && !isObject(reply.update) && !('result' in reply)) throw new Error(NO_REPLY);
  return reply as ControlReply;
}

const NO_REPLY = 'The app has sent something that is no reply.';

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
