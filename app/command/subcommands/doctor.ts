/** `claudacity doctor`: what the app needs in order to answer, what is missing, and what to do. */
import { type ControlClient, NotRunningError } from '../../control/client';
import type { ServiceState } from '../../service/serviceTypes';
import { DIAGNOSES, type Diagnosis, type DiagnosisId } from '../../shared/maintenance/diagnosis';
import { healthDiagnosis, systemDiagnoses } from '../diagnoses';
import { jsonDocument } from '../format';
import type { DoctorOutput } from '../output';
import { type AddCommand, type CommandRuntime, EXIT_CODES, JSON_OPTION, withAppOrFiles } from '../runtime';
import type { Paint } from '../terminal';
import { SERVICE_WORDS } from './status';

/** The CLI's self-test takes some seconds, and longer on a busy computer. */
const DIAGNOSE_MS = 120_000;

export const addDoctor: AddCommand = (program, runtime, outcome) => {
  program
    .command('doctor')
    .description('look for what keeps the app from answering, and say what to do')
    .option('--report', 'print a text for a bug report instead, without secrets, names, paths and addresses')
    .option(...JSON_OPTION)
    .action(async ({ report, json }: { report?: true; json?: true }) => {
      const { terminal } = runtime;
      const { print, progress, paint } = terminal;
      if (report) {
        const text = await progress('Looking at the CLI…', withAppOrFiles(runtime, writeReport));
        return print(json ? jsonDocument({ report: text }) : text.trimEnd());
      }
      const rows = await progress('Looking at the CLI, its sign-in and its self-test…', diagnose(runtime));
      const isProblem = rows.some(({ state }) => state === 'problem');
      if (isProblem) outcome.exitCode = EXIT_CODES.cannotAnswer;
      if (json) return print(jsonDocument({ canAnswer: !isProblem, rows } satisfies DoctorOutput));
      for (const { id, state, text, remedy } of rows) {
        print(`${mark(state, paint)} ${DIAGNOSES[id].padEnd(15)} ${text}`);
        if (remedy !== null) print(`${' '.repeat(18)}${paint.bold('→')} ${remedy}`);
      }
    });
};

/** An app that does not run has not looked for the CLI yet. */
async function writeReport(app: Pick<ControlClient, 'call' | 'read'>): Promise<string> {
  const { cli } = await app.read('cli');
  if (cli.phase === 'checking') await app.call('cli.check');
  return app.call('app.report');
}

function mark(state: Diagnosis['state'], paint: Paint): string {
  if (state === 'ok') return paint.good('✓');
  if (state === 'unknown') return paint.dim('?');
  return state === 'warning' ? paint.warn('!') : paint.bad('✗');
}

/** In the order of `DIAGNOSES`. */
async function diagnose(runtime: CommandRuntime): Promise<Diagnosis[]> {
  const [ofApp, ofSystem, service] = await Promise.all([
    diagnoseApp(runtime),
    systemDiagnoses(runtime),
    runtime.service.status().catch(() => undefined),
  ]);
  const rows = [...ofApp, ...ofSystem, serviceDiagnosis(service)];
  const order = Object.keys(DIAGNOSES) as DiagnosisId[];
  return rows.sort((one, other) => order.indexOf(one.id) - order.indexOf(other.id));
}

async function diagnoseApp(runtime: CommandRuntime): Promise<Diagnosis[]> {
  try {
    const app = await runtime.connect({ timeoutMs: DIAGNOSE_MS });
    try {
      const [rows, { server }, { pid, hasWindow }] = await Promise.all([
        app.call('app.diagnose'),
        app.read('server'),
        app.call('app.process'),
      ]);
      const text = `running as process ${pid}, ${hasWindow ? 'with' : 'without'} a window`;
      const health = server.phase === 'running' ? [await healthDiagnosis(server.url)] : [];
      return [{ id: 'app', state: 'ok', text, remedy: null }, ...rows, ...health];
    } finally {
      app.close();
    }
  } catch (error) {
    if (!(error instanceof NotRunningError)) throw error;
    const stopped = await runtime.openStopped();
    try {
      const remedy = 'Start it with `claudacity start`.';
      return [{ id: 'app', state: 'problem', text: 'not running', remedy }, ...(await stopped.call('app.diagnose'))];
    } finally {
      await stopped.close();
    }
  }
}

function serviceDiagnosis(service: ServiceState | undefined): Diagnosis {
  if (service === undefined) return { id: 'service', state: 'unknown', text: 'not known', remedy: null };
  const [problem] = service.problems;
  if (problem) return { id: 'service', state: 'warning', text: problem.message, remedy: problem.remedy };
  if (service.installed) return { id: 'service', state: 'ok', text: SERVICE_WORDS[service.kind], remedy: null };
  return { id: 'service', state: 'ok', text: 'not installed', remedy: '`claudacity install` starts it at login.' };
}
