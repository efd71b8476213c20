/**
 * Plays a script as the Messages API's event stream. Kept apart from the server so that what is on the wire can be
 * read in one place: message_start, blocks with their deltas, message_delta, message_stop.
 */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as nextTick, setTimeout as sleep } from 'node:timers/promises';
import type { ScriptedUsage, Step } from './script';

/** Resolves when the script has ended or `gone` is aborted, whichever comes first. */
export async function play(
  steps: readonly Step[],
  model: string,
  response: ServerResponse,
  gone: AbortSignal,
): Promise<void> {
  const stream = messageStream(steps, model, response, gone);
  for (const step of steps) {
    if (gone.aborted) return;
    switch (step.kind) {
      case 'begin':
        await stream.begin();
        break;
      case 'text':
        for (const delta of step.deltas) await stream.text(delta);
        break;
      case 'thinking':
        await stream.thinking(step.deltas, step.signature);
        break;
      case 'tool_use':
        await stream.toolUse(step.id, step.name, step.pieces);
        break;
      case 'close_block':
        await stream.closeBlock();
        break;
      case 'pause':
        await unlessGone(sleep(step.ms), gone);
        break;
      case 'gate':
        step.arrive();
        await unlessGone(step.opened, gone);
        break;
      case 'hang':
        await unlessGone(new Promise<never>(() => {}), gone);
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
  if (gone.aborted) return;
  await stream.finish();
  response.end();
}

/** The same script as one JSON message: what the CLI asks for when a stream broke in the middle. */
export async function playWhole(
  steps: readonly Step[],
  model: string,
  response: ServerResponse,
  gone: AbortSignal,
): Promise<void> {
  const content: Record<string, unknown>[] = [];
  for (const step of steps) {
    if (gone.aborted) return;
    switch (step.kind) {
      case 'text':
        content.push({ type: 'text', text: step.deltas.join('') });
        break;
      case 'thinking':
        content.push({ type: 'thinking', thinking: step.deltas.join(''), signature: step.signature });
        break;
      case 'tool_use':
        content.push({ type: 'tool_use', id: step.id, name: step.name, input: JSON.parse(step.pieces.join('')) });
        break;
      case 'pause':
        await unlessGone(sleep(step.ms), gone);
        break;
      case 'gate':
        step.arrive();
        await unlessGone(step.opened, gone);
        break;
      case 'hang':
        await unlessGone(new Promise<never>(() => {}), gone);
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
  if (gone.aborted) return;
  const whole = wholeAnswer(steps);
  response.writeHead(200, { 'content-type': 'application/json', 'request-id': 'req_scripted', ...whole.headers });
  response.end(
    JSON.stringify({
      ...emptyMessage(model),
      content,
      stop_reason: whole.stopReason,
      stop_sequence: whole.stopSequence,
      usage: apiUsage(whole.counts),
    }),
  );
}

/** The API's error body. */
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

/** Counts in the API's names. */
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

/** What the steps say of the answer as a whole, wherever they stand. */
function wholeAnswer(steps: readonly Step[]) {
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

function messageStream(steps: readonly Step[], model: string, response: ServerResponse, gone: AbortSignal) {
  const whole = wholeAnswer(steps);
  let begun = false;
  let blocks = 0;
  let openBlock: 'text' | null = null;

  const send = async (type: string, fields: Record<string, unknown>) => {
    const bytes = Buffer.from(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
    await writePieces(response, bytes, whole.pieceBytes, gone);
  };

  const begin = async () => {
    if (begun) return;
    begun = true;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'request-id': 'req_scripted',
      ...whole.headers,
    });
    await send('message_start', {
      message: { ...emptyMessage(model), usage: { ...apiUsage(whole.counts), output_tokens: 1 } },
    });
  };

  const startBlock = async (content_block: Record<string, unknown>) => {
    await begin();
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
    begin,
    closeBlock,
    async text(piece: string) {
      if (openBlock === null) {
        await startBlock({ type: 'text', text: '' });
        openBlock = 'text';
      }
      await delta({ type: 'text_delta', text: piece });
    },
    async thinking(pieces: readonly string[], signature: string) {
      await startBlock({ type: 'thinking', thinking: '', signature: '' });
      for (const piece of pieces) await delta({ type: 'thinking_delta', thinking: piece });
      await delta({ type: 'signature_delta', signature });
      await stopBlock();
    },
    async toolUse(id: string, name: string, pieces: readonly string[]) {
      await startBlock({ type: 'tool_use', id, name, input: {} });
      for (const piece of pieces) await delta({ type: 'input_json_delta', partial_json: piece });
      await stopBlock();
    },
    async error(type: string, message: string) {
      await begin();
      await send('error', { error: { type, message } });
    },
    async finish() {
      await begin();
      await closeBlock();
      await send('message_delta', {
        delta: { stop_reason: whole.stopReason, stop_sequence: whole.stopSequence },
        usage: apiUsage(whole.counts),
      });
      await send('message_stop', {});
    },
  };
}

async function writePieces(response: ServerResponse, bytes: Buffer, pieceBytes: number, gone: AbortSignal) {
  for (let from = 0; from < bytes.length && !gone.aborted; from += pieceBytes) {
    const drained = response.write(bytes.subarray(from, Math.min(bytes.length, from + pieceBytes)));
    if (!drained) await unlessGone(once(response, 'drain', { signal: gone }), gone);
    // Pieces written in one tick would leave as one.
    else if (Number.isFinite(pieceBytes)) await nextTick();
  }
}

/** Resolves with `event`, or as soon as the client is gone. */
async function unlessGone(event: Promise<unknown>, gone: AbortSignal): Promise<void> {
  if (gone.aborted) return;
  let stopWaiting = () => {};
  const left = new Promise<void>((resolve) => {
    stopWaiting = resolve;
    gone.addEventListener('abort', stopWaiting, { once: true });
  });
  await Promise.race([event.catch(() => {}), left]);
  gone.removeEventListener('abort', stopWaiting);
}
