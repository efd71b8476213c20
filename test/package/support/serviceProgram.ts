/** A program that calls the service, as the command does: `serviceProgram <method> [options]` prints the result, or the error, as JSON. */
import { readdirSync, readFileSync } from 'node:fs';
import { connectToApp, NotRunningError } from '../../../app/control/client';
import { openService } from '../../../app/service/service';
import { dataDir } from '../../../app/settings/dataDir';

const [method = '', options = '{}', program = '', script = ''] = process.argv.slice(2);
const { env } = process;
const folder = dataDir({ env });

/** Of the server that answers on the socket; only one runs in this test. */
function pidOfServer(): number {
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      if (words[1]?.endsWith('cli.cjs') && words[2] === 'serve') return Number(name);
    } catch {
      // It has ended meanwhile.
    }
  }
  throw new Error('no server');
}

const service = openService({
  env,
  dataDir: folder,
  desktopApp: undefined,
  serve: { program, args: [script, 'serve'] },
  app: {
    find: async () => {
      try {
        (await connectToApp({ dataDir: folder })).close();
        return { pid: pidOfServer(), desktop: false };
      } catch (error) {
        if (error instanceof NotRunningError) return undefined;
        throw error;
      }
    },
    quit: async () => {
      process.kill(pidOfServer(), 'SIGTERM');
    },
  },
});

const calls: Record<string, () => Promise<unknown>> = {
  install: () => service.install(JSON.parse(options)),
  uninstall: service.uninstall,
  start: service.start,
  stop: service.stop,
  restart: service.restart,
  status: service.status,
};
Promise.resolve(calls[method]?.()).then(
  (result) => console.log(JSON.stringify({ result })),
  (error: unknown) => console.log(JSON.stringify({ error: String(error) })),
);
