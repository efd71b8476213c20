/**
 * The protocol of the control socket: one JSON object per line, in UTF-8.
 *
 *     → {"id": 1, "call": "keys.create", "args": [{"name": "phone"}]}     the calls of the contract
 *     → {"id": 2, "read": ["server"]}                                     the values of topics, once
 *     → {"id": 3, "subscribe": ["requests"]}                              until the connection ends
 *     ← {"id": 1, "result": {…}}
 *     ← {"id": 3, "update": {"snapshot": true, "values": {…}}}            `TopicUpdate`, any number of times
 *     ← {"id": 2, "error": {"message": "…"}}                              `id` is null where the line has none
 *
 * Answers come in any order; their ids are those that the client has given the requests.
 */
import { z } from 'zod';
import { type DesktopTopic, TOPICS, type Topic } from '../shared/contract';

/** The longest line of a request, in bytes. Answers have no limit. */
export const MAX_REQUEST_BYTES = 1024 * 1024;

/** The topics that need no window. */
export type ControlTopic = Exclude<Topic, DesktopTopic>;

const DESKTOP_TOPICS: readonly string[] = ['loginItem', 'desktop'] satisfies DesktopTopic[];
const topics = z
  .array(
    z.enum((Object.keys(TOPICS) as Topic[]).filter((topic): topic is ControlTopic => !DESKTOP_TOPICS.includes(topic))),
  )
  .min(1);
const id = z.int().min(0);

/** The arguments of a call are checked with the call's own schema. */
export const request = z.union([
  z.strictObject({ id, call: z.string(), args: z.array(z.unknown()).default([]) }),
  z.strictObject({ id, read: topics }),
  z.strictObject({ id, subscribe: topics }),
]);
export type ControlRequest = z.input<typeof request>;
