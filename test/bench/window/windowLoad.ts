/**
 * The window under load: a log of many stored requests, more of them every second, and somebody who scrolls and filters. Its frames are compared with
 * those of a bare Electron window that is scrolled the same way before and after, in the same run.
 */
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { removeFolder, scratchFolder } from '../../support/cli';
import { storeSelfTest } from '../../support/knownSelfTest';
import { startMessagesApi } from '../../support/messagesApi';
import { summarize } from '../summary';
import { table } from '../table';
import { BARE_WINDOW, electronEnvironment } from './electronRun';
import { type Frames, readFrames, scroll, watchFrames } from './frames';
import { fillDatabase, SEARCHES } from './storedRequests';

export interface LoadResult {
  readonly bare: Frames;
  readonly app: Frames;
  /** Requests that were answered, a second. */
  readonly requestsPerSecond: number;
  /** Of the main process, of one core. */
  readonly cpuShare: number;
  /** Of the main process and the page, in bytes: after the first ten seconds and at the end. */
  readonly memory: readonly { name: string; first: number; last: number }[];
  /** Ms of each search over all rows, as the window waits for it. */
  readonly searches: readonly { text: string; rows: number; ms: number }[];
}

export interface LoadOptions {
  readonly seconds: number;
  readonly storedRequests: number;
}

const PER_SECOND = 300;
const BARE_SECONDS = 15;

export async function measureWindowLoad(
  { seconds, storedRequests }: LoadOptions,
  progress: (line: string) => void,
): Promise<LoadResult> {
  const api = await startMessagesApi();
  const home = await scratchFolder();
  try {
    progress(`Storing ${storedRequests} requests`);
    await fillDatabase(path.join(home, 'data'), storedRequests);
    await storeSelfTest(path.join(home, 'data', 'selfTest.json'));
    const env = electronEnvironment(api, home);
    progress('A bare window, before');
    const before = await bareFrames(env);
    progress(`The app, ${seconds} s`);
    const app = await launch(path.resolve('.'), env);
    try {
      const measured = await measureApp(app, seconds, progress);
      progress('A bare window, after');
      await app.close();
      const after = await bareFrames(env);
      return { bare: join(before, after), ...measured };
    } finally {
      await app.close().catch(() => undefined);
    }
  } finally {
    await removeFolder(home);
    await api.close();
  }
}

function launch(program: string, env: Record<string, string>): Promise<ElectronApplication> {
  const executablePath = process.env.ELECTRON_EXECUTABLE;
  if (executablePath === undefined) throw new Error('ELECTRON_EXECUTABLE is not set: use npm run bench:window');
  const loader = path.resolve('node_modules/playwright-core/lib/server/electron/loader.js');
  const root = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return _electron.launch({
    executablePath,
    args: ['-r', loader, ...root, '--disable-gpu', program],
    chromiumSandbox: true,
    env,
  });
}

async function bareFrames(env: Record<string, string>): Promise<Frames> {
  const app = await launch(BARE_WINDOW, env);
  try {
    const page = await app.firstWindow();
    await page.locator('.rows div').first().waitFor();
    await watchFrames(page);
    await scroll(page, '.rows', BARE_SECONDS);
    return await readFrames(page);
  } finally {
    await app.close();
  }
}

async function measureApp(app: ElectronApplication, seconds: number, progress: (line: string) => void) {
  const page = await app.firstWindow();
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('button', { name: 'Requests' }).click();
  await page.getByRole('grid', { name: 'Request log' }).waitFor();
  const url = await serverUrl(page);
  const mainPid = await app.evaluate(() => process.pid);
  const pagePid = await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId(),
  );
  const load = startLoad(url);
  await sleep(3_000);
  await watchFrames(page);
  const cpuBefore = await cpuMs(mainPid);
  const startedAt = Date.now();
  const [, first] = await Promise.all([
    scrollAndFilter(page, seconds),
    sleep(Math.min(10_000, seconds * 500)).then(() => memoryOf(mainPid, pagePid)),
  ]);
  const last = await memoryOf(mainPid, pagePid);
  const cpuShare = ((await cpuMs(mainPid)) - cpuBefore) / (Date.now() - startedAt);
  const frames = await readFrames(page);
  const requestsPerSecond = await load.stop();
  progress('Searching');
  const searches = await measureSearches(page);
  const memory = first.map(({ name, bytes }, index) => ({ name, first: bytes, last: last[index]?.bytes ?? 0 }));
  return { app: frames, requestsPerSecond, cpuShare, memory, searches };
}

async function serverUrl(page: Page): Promise<string> {
  const code = page.locator('.server-address code');
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const url = await code.textContent();
    if (url !== null && /:[1-9]\d+$/.test(url)) return url;
    await sleep(50);
  }
  throw new Error('The window does not say where the server runs');
}

/** Scrolls, and changes the filter every few seconds, as somebody who looks for something. */
async function scrollAndFilter(page: Page, seconds: number): Promise<void> {
  const box = page.getByRole('searchbox').first();
  const words = ['ollama', 'sonnet', 'harbour', ''];
  const until = Date.now() + seconds * 1000;
  for (let round = 0; Date.now() < until; round += 1) {
    await scroll(page, '[role="grid"]', Math.min(5, (until - Date.now()) / 1000));
    await box.fill(words[round % words.length] ?? '');
  }
}

/** Sends requests of which none asks a model, so that the app and not the CLI is measured. */
function startLoad(url: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const startedAt = Date.now();
  let sent = 0;
  let answered = 0;
  const send = (method: string, route: string, body: string | undefined) => {
    const outgoing = request(`${url}${route}`, { method, agent, headers: { 'content-type': 'application/json' } });
    outgoing.on('response', (response) => response.resume().on('end', () => (answered += 1)));
    outgoing.on('error', () => undefined);
    outgoing.end(body);
  };
  const timer = setInterval(() => {
    const due = ((Date.now() - startedAt) / 1000) * PER_SECOND;
    for (; sent < due; sent += 1) {
      if (sent % 3 === 0) send('GET', '/api/tags', undefined);
      else if (sent % 3 === 1) send('POST', '/api/show', '{"model":"sonnet"}');
      else send('POST', '/api/chat', '{"model":"no-such-model","messages":[{"role":"user","content":"Hello"}]}');
    }
  }, 10);
  return {
    async stop(): Promise<number> {
      clearInterval(timer);
      const seconds = (Date.now() - startedAt) / 1000;
      await sleep(500);
      agent.destroy();
      return answered / seconds;
    },
  };
}

/** CPU time that the process has used, all its threads together. Linux. */
async function cpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return ticks * 10;
}

async function memoryOf(mainPid: number, pagePid: number | undefined) {
  const one = async (name: string, pid: number | undefined) => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return { name, bytes: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024 };
  };
  return Promise.all([one('main process', mainPid), one('page', pagePid)]);
}

async function measureSearches(page: Page): Promise<LoadResult['searches']> {
  const found: { text: string; rows: number; ms: number }[] = [];
  for (const text of SEARCHES) {
    found.push(
      await page.evaluate(async (words) => {
        const startedAt = performance.now();
        const { rows } = await window.claudacity.call('requests.search', { text: words }, Date.now() + 1e6, 200);
        return { text: words, rows: rows.length, ms: performance.now() - startedAt };
      }, text),
    );
  }
  return found;
}

function join(a: Frames, b: Frames): Frames {
  return { deltas: [...a.deltas, ...b.deltas], longTasks: [...a.longTasks, ...b.longTasks] };
}

export function windowLoadAsText({ bare, app, requestsPerSecond, cpuShare, memory, searches }: LoadResult): string {
  const fast = ({ deltas }: Frames) => (deltas.filter((ms) => ms < 20).length / deltas.length) * 100;
  const long = ({ longTasks }: Frames) => longTasks.filter((ms) => ms > 100);
  const percent = (share: number) => `${share.toFixed(1)} %`;
  const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MB`;
  return [
    'The window under load',
    ...table([
      ['frames under 20 ms, bare', percent(fast(bare)), `median ${summarize(bare.deltas).median.toFixed(1)} ms`],
      [
        'frames under 20 ms, app',
        percent(fast(app)),
        `median ${summarize(app.deltas).median.toFixed(1)} ms (>= bare - 3)`,
      ],
      [
        'tasks over 100 ms in the page',
        `${long(app).length}`,
        `${long(app)
          .map((ms) => ms.toFixed(0))
          .join(', ')} (0)`,
      ],
      ['requests a second', requestsPerSecond.toFixed(0), `(${PER_SECOND})`],
      ['CPU of the main process', percent(cpuShare * 100), '(< 40 % of a core)'],
      ...memory.map(({ name, first, last }) => [`memory, ${name}`, megabytes(last), `after 10 s ${megabytes(first)}`]),
      ...searches.map(({ text, rows, ms }) => [`search “${text}”`, `${ms.toFixed(0)} ms`, `${rows} rows (< 200 ms)`]),
    ]),
  ].join('\n');
}
