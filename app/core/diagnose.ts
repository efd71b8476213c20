/** What the running app finds out about itself for `claudacity doctor`. */
import { once } from 'node:events';
import { statfs } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { MINIMUM_VERSION } from '../claude/installation/inspectClaude';
import type { CliState, ServerState, StorageState } from '../shared/contract';
import { errorText } from '../shared/errorText';
import type { Diagnosis } from '../shared/maintenance/diagnosis';
import { portHolder } from './portHolder';

export interface DiagnoseSources {
  readonly dataDir: string;
  cli(): CliState;
  server(): ServerState;
  storage(): StorageState;
  isIsolated(): boolean;
  /** Looks for the CLI again. */
  checkCli(): Promise<unknown>;
  /** The CLI answers two conversations through an API on loopback: no account is used. Resolves once it has ended. */
  runSelfTest(): Promise<void>;
}

/** Takes as long as the CLI's self-test, some seconds. Never rejects. */
export async function diagnose(sources: DiagnoseSources): Promise<Diagnosis[]> {
  try {
    await sources.checkCli();
    await sources.runSelfTest();
  } catch {
    // The state says what is wrong.
  }
  const cli = sources.cli();
  return [
    ...cliDiagnoses(cli),
    selfTestDiagnosis(cli),
    isolationDiagnosis(sources.isIsolated(), sources.dataDir),
    await portDiagnosis(sources.server()),
    await diskDiagnosis(sources.dataDir, sources.storage()),
  ];
}

function cliDiagnoses({ path, version, problem, authMethod, payer, payChoice }: CliState): Diagnosis[] {
  const of = (...codes: string[]) => (problem && codes.includes(problem.code) ? problem : undefined);
  const missing = of('cli_missing', 'cli_failed');
  const outdated = of('cli_outdated');
  const signedOut = of('signed_out', 'authentication');
  const exhausted = of('plan_exhausted');
  const isKnown = version !== undefined && !outdated;
  const both = payChoice ? `; ${payChoice.variables.join(', ')} could pay instead` : '';
  return [
    missing
      ? { id: 'cli', state: 'problem', text: missing.message, remedy: missing.remedy }
      : { id: 'cli', state: path || version ? 'ok' : 'unknown', text: path ?? 'not looked for yet', remedy: null },
    outdated
      ? { id: 'version', state: 'problem', text: outdated.message, remedy: outdated.remedy }
      : {
          ...{ id: 'version', state: isKnown ? 'ok' : 'unknown', remedy: null },
          text: `${version ?? 'not known'}; ${MINIMUM_VERSION} or later is needed`,
        },
    signedOut
      ? { id: 'signIn', state: 'problem', text: signedOut.message, remedy: signedOut.remedy }
      : {
          ...{ id: 'signIn', state: authMethod === undefined ? 'unknown' : 'ok', remedy: null },
          text: authMethod === undefined ? 'not known' : `signed in (${authMethod})`,
        },
    exhausted
      ? { id: 'payer', state: 'problem', text: exhausted.message, remedy: exhausted.remedy }
      : {
          ...{ id: 'payer', state: payer ? 'ok' : 'unknown' },
          text: payer ? payer.description + both : 'not known until the CLI is signed in',
          remedy: payChoice ? 'Choose with `claudacity config set payWith subscription` or `environment`.' : null,
        },
  ];
}

function selfTestDiagnosis({ reusesProcesses, processes = 'not known' }: CliState): Diagnosis {
  const isFailed = processes.includes('self-test failed');
  return {
    id: 'selfTest',
    state: reusesProcesses ? 'ok' : isFailed ? 'warning' : 'unknown',
    text: `processes: ${processes}`,
    remedy: isFailed
      ? 'Answers work, but start more slowly. Update the CLI with `claude update`, then look again.'
      : null,
  };
}

/** The window and the command do not offer the setting. */
function isolationDiagnosis(isIsolated: boolean, dataDir: string): Diagnosis {
  if (isIsolated)
    return {
      id: 'isolation',
      state: 'ok',
      text: 'on: the CLI sees no files, settings or tools of yours',
      remedy: null,
    };
  return {
    ...{ id: 'isolation', state: 'warning', text: 'off: programs reach your settings, hooks, tools and files' },
    remedy: `Take the line "isolation" out of ${path.join(dataDir, 'settings.json')}, then run \`claudacity restart\`.`,
  };
}

async function portDiagnosis({ phase, host, port, problem }: ServerState): Promise<Diagnosis> {
  if (phase === 'running') return { id: 'port', state: 'ok', text: `listens on ${host}, port ${port}`, remedy: null };
  if (problem) return { id: 'port', state: 'problem', text: problem.message, remedy: problem.remedy };
  if (phase !== 'stopped') return { id: 'port', state: 'unknown', text: `the server is ${phase}`, remedy: null };
  const fault = await listenFault(host, port);
  if (fault === undefined)
    return { id: 'port', state: 'ok', text: `port ${port} is free; the server is not running`, remedy: null };
  const holder = fault === 'EADDRINUSE' ? await portHolder(port) : undefined;
  return {
    ...{ id: 'port', state: 'problem' },
    text: fault === 'EADDRINUSE' ? `port ${port} is taken by ${holder ?? 'another program'}` : `${host}: ${fault}`,
    remedy: 'End that program, or choose another port with `claudacity config set port NUMBER`.',
  };
}

/** Why nothing can listen there; undefined where it can. */
async function listenFault(host: string, port: number): Promise<string | undefined> {
  const server = net.createServer();
  try {
    const listening = once(server, 'listening', { signal: AbortSignal.timeout(LISTEN_MS) });
    server.listen(port, host);
    await listening;
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : errorText(error);
  } finally {
    server.close(() => {});
  }
}

const LISTEN_MS = 3_000;
/** The database and the log need little; below this, the system itself gets into trouble. */
const LEAST_FREE_BYTES = 200 * 1024 * 1024;

async function diskDiagnosis(dataDir: string, { problem }: StorageState): Promise<Diagnosis> {
  if (problem) return { id: 'disk', state: 'warning', text: problem.message, remedy: problem.remedy };
  try {
    const { bavail, bsize } = await statfs(dataDir);
    const free = bavail * bsize;
    const text = `${Math.floor(free / 1024 / 1024)} MB free for ${dataDir}`;
    if (free >= LEAST_FREE_BYTES) return { id: 'disk', state: 'ok', text, remedy: null };
    return { id: 'disk', state: 'warning', text, remedy: 'Free some space: without it, nothing can be stored.' };
  } catch (error) {
    return { id: 'disk', state: 'unknown', text: errorText(error), remedy: null };
  }
}
