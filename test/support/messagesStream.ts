/**
 * The wire format of the mocked Messages API: plays a script as an event stream (message_start, blocks with their deltas,
 * message_delta, message_stop) or as one JSON message.
 */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as nextTick, setTimeout as sleep } from 'node:timers/promises';
import type { Gate, ScriptedUsage, Step } from './script';

/** Plays the script as an event stream. Resolves at its end, or as soon as `clientGone` is aborted. */
export async function playStream(
  steps: readonly Step[],
  model: string,
  response: ServerResponse,
  clientGone: AbortSignal,
): Promise<void> {
  const stream = messageStream(steps, model, response, clientGone);
  for (const step of steps) {
    if (clientGone.aborted) return;
    switch (step.kind) {
      case 'text':
        for (const delta of step.deltas) await stream.text(delta);
        break;
      case 'thinking':
        await stream.thinking(step.deltas, step.signature);
        break;
      case 'redacted_thinking':
        await stream.redactedThinking(step.data);
        break;
      case 'tool_use':
        await stream.toolUse(step.id, step.name, step.pieces, step.halfway);
        break;
      case 'close_block':
        await stream.closeBlock();
        break;
      case 'pause':
        await untilClientGone(sleep(step.ms), clientGone);
        break;
      case 'gate':
        step.arrive();
        await untilClientGone(step.opened, clientGone);
        break;
      case 'hang':
        await untilClientGone(new Promise<never>(() => {}), clientGone);
        return;
      case 'reset':
        response.socket?.resetAndDestroy();
        return;
      case 'http_error':
        respondWithError(response, step.status, step.type, step.message, step.headers);
        return;
      case 'stream_error':
        await stream.error(step.type, step.message);
        response.end();
        return;
    }
  }
  if (clientGone.aborted) return;
  await stream.finish();
  response.end();
}

/** Plays the script as one JSON message, which the CLI requests after a stream broke. Resolves as `playStream` does. */
export async function playUnstreamed(
  steps: readonly Step[],
  model: string,
  response: ServerResponse,
  clientGone: AbortSignal,
): Promise<void> {
  const content: Record<string, unknown>[] = [];
  for (const step of steps) {
    if (clientGone.aborted) return;
    switch (step.kind) {
      case 'text':
        content.push({ type: 'text', text: step.deltas.join('') });
        break;
      case 'thinking':
        content.push({ type: 'thinking', thinking: step.deltas.join(''), signature: step.signature });
        break;
      case 'redacted_thinking':
        content.push({ type: 'redacted_thinking', data: step.data });
        break;
      case 'tool_use':
        content.push({ type: 'tool_use', id: step.id, name: step.name, input: JSON.parse(step.pieces.join('')) });
        break;
      case 'pause':
        await untilClientGone(sleep(step.ms), clientGone);
        break;
      case 'gate':
        step.arrive();
        await untilClientGone(step.opened, clientGone);
        break;
      case 'hang':
        await untilClientGone(new Promise<never>(() => {}), clientGone);
        return;
      case 'reset':
        response.socket?.resetAndDestroy();
        return;
      case 'http_error':
        respondWithError(response, step.status, step.type, step.message, step.headers);
        return;
      case 'stream_error':
        respondWithError(response, step.type === 'overloaded_error' ? 529 : 500, step.type, step.message);
        return;
    }
  }
  if (clientGone.aborted) return;
  const answer = answerProperties(steps);
  response.writeHead(200, { 'content-type': 'application/json', 'request-id': 'req_scripted', ...answer.headers });
  response.end(
    JSON.stringify({
      ...emptyMessage(model),
      content,
      stop_reason: answer.stopReason,
      stop_sequence: answer.stopSequence,
      usage: apiUsage(answer.counts),
    }),
  );
}

/** Ends the response with an error in the API's form. */
export function respondWithError(
  response: ServerResponse,
  status: number,
  type: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_scripted', ...headers });
  response.end(JSON.stringify({ type: 'error', error: { type, message }, request_id: 'req_scripted' }));
}

function emptyMessage(model: string): Record<string, unknown> {
  const id = `msg_${Math.random().toString(36).slice(2)}`;
  return { id, type: 'message', role: 'assistant', model, content: [], stop_reason: null, stop_sequence: null };
}

/** The counts under the API's field names. */
function apiUsage(counts: ScriptedUsage): Record<string, unknown> {
  return {
    input_tokens: counts.input ?? 10,
    cache_creation_input_tokens: counts.cacheWrite ?? 0,
    cache_read_input_tokens: counts.cacheRead ?? 0,
    output_tokens: counts.output ?? 5,
    ...(counts.thinking === undefined ? {} : { output_tokens_details: { thinking_tokens: counts.thinking } }),
    service_tier: 'standard',
  };
}

/** Collects the steps that apply to the whole answer, whatever their position in the script. */
function answerProperties(steps: readonly Step[]) {
  const counts: ScriptedUsage = {};
  const headers: Record<string, string> = {};
  let stopReason = steps.some((step) => step.kind === 'tool_use') ? 'tool_use' : 'end_turn';
  let stopSequence: string | null = null;
  let pieceBytes = Number.POSITIVE_INFINITY;
  for (const step of steps) {
    if (step.kind === 'usage') Object.assign(counts, step.usage);
    if (step.kind === 'headers') Object.assign(headers, step.headers);
    if (step.kind === 'split') pieceBytes = step.bytes;
    if (step.kind === 'stop') {
      stopReason = step.reason;
      stopSequence = step.sequence;
    }
  }
  return { counts, headers, stopReason, stopSequence, pieceBytes };
}

function messageStream(steps: readonly Step[], model: string, response: ServerResponse, clientGone: AbortSignal) {
  const answer = answerProperties(steps);
  let started = false;
  let blocks = 0;
  let openBlock: 'text' | null = null;

  const send = async (type: string, fields: Record<string, unknown>) => {
    const bytes = Buffer.from(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
    await writePieces(response, bytes, answer.pieceBytes, clientGone);
  };

  const start = async () => {
    if (started) return;
    started = true;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'request-id': 'req_scripted',
      ...answer.headers,
    });
    await send('message_start', {
      message: { ...emptyMessage(model), usage: { ...apiUsage(answer.counts), output_tokens: 1 } },
    });
  };

  const startBlock = async (content_block: Record<string, unknown>) => {
    await start();
    await closeBlock();
    await send('content_block_start', { index: blocks, content_block });
  };

  const delta = (fields: Record<string, unknown>) => send('content_block_delta', { index: blocks, delta: fields });

  const stopBlock = async () => {
    await send('content_block_stop', { index: blocks });
    blocks += 1;
  };

  const closeBlock = async () => {
    if (openBlock === null) return;
    openBlock = null;
    await stopBlock();
  };

  return {
    closeBlock,
    async text(piece: string) {
      if (openBlock === null) {
        await startBlock({ type: 'text', text: '' });
        openBlock = 'text';
      }
      await delta({ type: 'text_delta', text: piece });
    },
    async thinking(pieces: readonly string[], signature: string | undefined) {
      await startBlock({ type: 'thinking', thinking: '', signature: '' });
      for (const piece of pieces) await delta({ type: 'thinking_delta', thinking: piece });
      if (signature === undefined) return;
      await delta({ type: 'signature_delta', signature });
      await stopBlock();
    },
    async redactedThinking(data: string) {
      await startBlock({ type: 'redacted_thinking', data });
      await stopBlock();
    },
    async toolUse(id: string, name: string, pieces: readonly string[], halfway: Gate | undefined) {
      await startBlock({ type: 'tool_use', id, name, input: {} });
      for (const [index, piece] of pieces.entries()) {
        await delta({ type: 'input_json_delta', partial_json: piece });
        if (index > 0 || !halfway) continue;
        halfway.arrive();
        await untilClientGone(halfway.opened, clientGone);
      }
      await stopBlock();
    },
    async error(type: string, message: string) {
      await start();
      await send('error', { error: { type, message } });
    },
    async finish() {
      await start();
      await closeBlock();
      await send('message_delta', {
        delta: { stop_reason: answer.stopReason, stop_sequence: answer.stopSequence },
        usage: apiUsage(answer.counts),
      });
      await send('message_stop', {});
    },
  };
}

async function writePieces(response: ServerResponse, bytes: Buffer, pieceBytes: number, clientGone: AbortSignal) {
  for (let from = 0; from < bytes.length && !clientGone.aborted; from += pieceBytes) {
    const drained = response.write(bytes.subarray(from, Math.min(bytes.length, from + pieceBytes)));
    if (!drained) await untilClientGone(once(response, 'drain', { signal: clientGone }), clientGone);
    // Node would send pieces that are written in one tick as one packet.
    else if (Number.isFinite(pieceBytes)) await nextTick();
  }
}

/** Resolves when `event` settles or the client is gone, whichever comes first. */
async function untilClientGone(event: Promise<unknown>, clientGone: AbortSignal): Promise<void> {
  if (clientGone.aborted) return;
  let stopWaiting = () => {};
  const aborted = new Promise<void>((resolve) => {
    stopWaiting = resolve;
    clientGone.addEventListener('abort', stopWaiting, { once: true });
  });
  await Promise.race([event.catch(() => {}), aborted]);
  clientGone.removeEventListener('abort', stopWaiting);
}
