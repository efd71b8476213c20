/** A script around the real CLI that alters what the CLI answers to control requests. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { claudePath } from './cli';

/** JavaScript, since it runs in the script. */
export interface Alteration {
  /**
   * Body of a function of `request`, a control request of the app's. Where it returns an object, that is the answer, and the CLI gets
   * no request. Default: it gets every request.
   */
  readonly answer?: string;
  /** Body of a function of `request` and the CLI's `response` to it, which it may change. Where it returns false, the app gets none. */
  readonly alter?: string;
  /** Body of a function of `line`, a line of the app's. Where it returns true, the CLI does not get the line. */
  readonly drop?: string;
  /** Path of a file to which each line of the app's is appended. Default: none is. */
  readonly record?: string;
}

/** Creates the script `claude` in a folder, which is created where it does not exist. Returns its path. */
export async function createAlteredCli(
  folder: string,
  { answer = '', alter = '', drop = '', record }: Alteration,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, 'claude');
  const script = `#!${process.execPath}
const { spawn } = require('node:child_process');
const { createInterface } = require('node:readline');
const { appendFileSync, readFileSync } = require('node:fs');
const record = ${JSON.stringify(record)};
const answer = (request) => { ${answer} };
const alter = (request, response) => { ${alter} };
const drop = (line) => { ${drop} };
const child = spawn(${JSON.stringify(claudePath())}, process.argv.slice(2), { stdio: ['pipe', 'pipe', 'inherit'] });
child.stdin.on('error', () => {});
const requests = new Map();
const read = (line) => { try { return JSON.parse(line); } catch { return {}; } };
createInterface({ input: process.stdin }).on('line', (line) => {
  if (record) appendFileSync(record, line + '\\n');
  if (drop(line)) return;
  const { type, request_id, request } = read(line);
  if (type === 'control_request') {
    requests.set(request_id, request);
    const response = answer(request);
    if (response) {
      const message = { type: 'control_response', response: { subtype: 'success', request_id, response } };
      return void process.stdout.write(JSON.stringify(message) + '\\n');
    }
  }
  child.stdin.write(line + '\\n');
}).on('close', () => child.stdin.end());
createInterface({ input: child.stdout }).on('line', (line) => {
  const message = read(line);
  const request = message.type === 'control_response' && requests.get(message.response.request_id);
  if (request && alter(request, message.response) === false) return;
  process.stdout.write((request ? JSON.stringify(message) : line) + '\\n');
});
child.on('close', (code) => process.exit(code ?? 1));
`;
  await writeFile(file, script, { mode: 0o755 });
  return file;
}
