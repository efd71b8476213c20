/** Sends the requests that arrive on stdin, one JSON object a line, and writes the answers to stdout in the same way. */
const { createInterface } = require('node:readline');
const { request } = require('node:http');

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, url, method, headers, body } = JSON.parse(line);
  /** @param {object} value */
  const answer = (value) => process.stdout.write(`${JSON.stringify({ id, ...value })}\n`);
  const outgoing = request(url, { method, headers, agent: false, timeout: 10_000 });
  outgoing.on('timeout', () => outgoing.destroy(new Error('the request timed out')));
  outgoing.on('error', (error) => answer({ error: error.message }));
  outgoing.on('response', (response) => {
    /** @type {Buffer[]} */
    const chunks = [];
    response.on('data', (chunk) => chunks.push(chunk));
    response.on('end', () => {
      answer({ status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() });
    });
  });
  outgoing.end(body);
});
