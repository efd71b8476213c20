/** The client whose stream is measured: it records when each piece of its answer arrives. */
import { type IncomingMessage, request } from 'node:http';

export interface StreamGaps {
  /** The longest time between two pieces since the last call, in ms; also that since the newest piece. */
  longest(): number;
  /** Hangs up. */
  end(): void;
}

/** Asks the model and resolves with the first piece of the answer. @throws if the answer is an error or ends */
export function openStream(base: string, model: string): Promise<StreamGaps> {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Count slowly.' }] });
    const outgoing = request(`${base}/api/chat`, { method: 'POST', agent: false }, (response: IncomingMessage) => {
      let arrivedAt = 0;
      let longest = 0;
      let ended = false;
      response.on('data', () => {
        const now = performance.now();
        if (arrivedAt === 0)
          resolve({
            longest: () => {
              if (ended) throw new Error('the stream has ended');
              const gap = Math.max(longest, performance.now() - arrivedAt);
              longest = 0;
              return gap;
            },
            end: () => outgoing.destroy(),
          });
        else longest = Math.max(longest, now - arrivedAt);
        arrivedAt = now;
      });
      response.on('end', () => {
        ended = true;
        reject(new Error(`the stream ended with status ${response.statusCode}`));
      });
      response.on('error', () => {
        ended = true;
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
