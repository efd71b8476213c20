/** Sends refused requests over 32 connections: `node refusedClient.cjs <port> <another address of this computer> <count>`. */
const { Agent, request } = require('node:http');

const [port = '', own = '', count = '0'] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 16 });
let sent = 0;
/** @type {Record<string, number>} */
const statuses = {};

/** Each has a new client name, and where it has an origin or a host, a new one of these. @param {number} number */
function options(number) {
  const headers = { 'x-title': `client ${number}`, 'content-type': 'application/json' };
  const kinds = [
    { host: '127.0.0.1', headers: { ...headers, host: `${number}.evil.example:${port}` } },
    { host: '127.0.0.1', headers: { ...headers, origin: `https://${number}.evil.example` } },
    { host: own, headers },
    { host: '127.0.0.1', headers: { ...headers, authorization: `Bearer cld_${String(number).padStart(43, '0')}` } },
  ];
  const paths = ['/api/chat', '/v1/chat/completions', '/v1/messages', `/nothing/${number}`];
  return { ...kinds[number % 4], port, agent, method: 'POST', path: paths[Math.floor(number / 4) % 4] };
}

function next() {
  if (sent >= Number(count)) return;
  sent += 1;
  const outgoing = request(options(sent), (response) => {
    const status = String(response.statusCode);
    statuses[status] = (statuses[status] ?? 0) + 1;
    response.resume().on('end', next);
  });
  outgoing.on('error', () => {
    statuses.failed = (statuses.failed ?? 0) + 1;
    next();
  });
  outgoing.end('{"model":"sonnet","messages":[]}');
}

for (let i = 0; i < 32; i += 1) next();
process.on('exit', () => process.stdout.write(JSON.stringify(statuses)));
