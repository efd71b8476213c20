/** A call that came from outside of this process: its name and arguments are checked against the contract before the handler sees them. */
import type { z } from 'zod';
import type { Log } from '../log/log';
import { CALLS, type CallArguments, type CallHandlers, type CallName } from '../shared/contract';

/**
 * Resolves with what the handler returns.
 * @param args the arguments as they came.
 * @throws Error with a message for the user: there is no such call, it has no handler here, an argument is wrong, or the handler failed.
 */
export async function answerCall(
  handlers: Partial<CallHandlers>,
  name: unknown,
  args: unknown,
  log: Pick<Log, 'error'>,
): Promise<unknown> {
  if (!isCallName(name)) throw new Error('There is no such call.');
  return runHandler(handlers[name], name, args, log);
}

function isCallName(name: unknown): name is CallName {
  return typeof name === 'string' && Object.hasOwn(CALLS, name);
}

async function runHandler<N extends CallName>(
  handler: CallHandlers[N] | undefined,
  name: N,
  args: unknown,
  log: Pick<Log, 'error'>,
): Promise<unknown> {
  if (!handler) throw new Error('This call needs the window.');
  const schema: z.ZodType = CALLS[name].arguments;
  const parsed = schema.safeParse(args);
  if (!parsed.success) throw new Error(faultOf(parsed.error));
  try {
    // The compiler does not connect a name's schema with its handler.
    return await handler(...(parsed.data as CallArguments<N>));
  } catch (error) {
    log.error('a call failed', { call: name, error: String(error) });
    throw error;
  }
}

/** The first fault, with the name of the field: a command prints it. */
function faultOf({ issues }: z.ZodError): string {
  const [{ path, message } = { path: [], message: 'a wrong argument' }] = issues;
  const field = path.filter((part) => typeof part === 'string').join('.');
  return field === '' ? message : `${field} ${message}`;
}
