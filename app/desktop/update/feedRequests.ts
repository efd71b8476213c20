/** The HTTP requests of updates, with what electron-updater's own lack: an end, a limit for redirects and a limit for their size. */
import type { RequestOptions } from 'node:http';
import type { ClientRequest } from 'electron';
import { ElectronHttpExecutor } from 'electron-updater/out/electronHttpExecutor';
import { isSafeAddress } from './feed';

export interface RequestLimits {
  /** Ends the requests. */
  readonly signal: AbortSignal;
  /** The most that one response may have. */
  readonly maxBytes: number;
}

/** The part of Electron's IncomingMessage that is used here. */
interface ResponseData {
  on(event: 'data', listener: (chunk: { readonly length: number }) => void): void;
}

export class FeedRequests extends ElectronHttpExecutor {
  #limits: RequestLimits | undefined;
  /** How many redirects have led to a request; electron-updater counts none and would follow a circle for ever. */
  readonly #redirects = new WeakMap<RequestOptions, number>();

  /** Runs work whose requests are bound by the limits. One at a time. */
  async within<T>(limits: RequestLimits, work: () => Promise<T>): Promise<T> {
    this.#limits = limits;
    try {
      return await work();
    } finally {
      // The next step may have begun already: a cancelled one is not waited for.
      if (this.#limits === limits) this.#limits = undefined;
    }
  }

  override createRequest(options: RequestOptions, callback: (response: ResponseData) => void): ClientRequest {
    const limits = this.#limits;
    if (!limits) throw new Error('a request of no step of an update');
    const { signal, maxBytes } = limits;
    const request = super.createRequest(options, (response: ResponseData) => {
      let bytes = 0;
      response.on('data', ({ length }) => {
        bytes += length;
        if (bytes > maxBytes) end(new Error(TOO_LARGE));
      });
      callback(response);
    });
    const end = (reason: unknown) => {
      signal.removeEventListener('abort', onAbort);
      request.abort();
      request.emit('error', reason);
    };
    // Not until the request's `close`: that is when it has been sent. The signal does not outlive the step.
    const onAbort = () => end(signal.reason);
    signal.addEventListener('abort', onAbort);
    request.on('redirect', (_status, _method, location) => {
      if (!isSafeAddress(new URL(location))) end(new Error(UNSAFE_REDIRECT));
    });
    // electron-updater listens for errors once this has returned.
    if (signal.aborted) setImmediate(onAbort);
    return request;
  }

  protected override addRedirectHandlers(
    request: ClientRequest,
    options: RequestOptions,
    reject: (error: Error) => void,
    _count: number,
    follow: (options: RequestOptions) => void,
  ): void {
    request.on('redirect', (_status, _method, location) => {
      if (!isSafeAddress(new URL(location))) return;
      request.abort();
      const count = (this.#redirects.get(options) ?? 0) + 1;
      if (count > this.maxRedirects) return reject(new Error('The address for updates leads in a circle.'));
      const next = FeedRequests.prepareRedirectUrlOptions(location, options);
      this.#redirects.set(next, count);
      follow(next);
    });
  }
}

const TOO_LARGE = 'The address for updates sends more than it should, so nothing of it was taken.';
const UNSAFE_REDIRECT = 'The address for updates leads to one without encryption, so nothing was taken from it.';
