/**
 * `npm run bench:window [-- start|load] [options]`: measures the window in the real Electron, beside a bare Electron window in the same run
 * (test/bench/window). Installs what that needs, as `npm test` does.
 */
import './setup/node.mjs';
import path from 'node:path';
import { bundle } from './bundle.mjs';
import { ensureElectron } from './electron.mjs';
import { ROOT, runInForeground } from './setup/command.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { runCommand, runStep } from './setup/step.mjs';
import { ensureElectronLibraries, ensureTestPrograms } from './setup/systemPackages.mjs';

await runCommand(async () => {
  await ensurePackages();
  const { executable } = await ensureElectron();
  await ensureElectronLibraries(executable);
  await ensureTestPrograms();
  await runStep('Bundle', bundle);
  const bench = [process.execPath, 'build/run.mjs', path.join('test', 'bench', 'window', 'window.ts')];
  const screen = ['dbus-run-session', '--', 'xvfb-run', '-a', '-s', '-screen 0 1440x1000x24'];
  const [program = '', ...args] = [...(process.platform === 'linux' ? screen : []), ...bench, ...process.argv.slice(2)];
  process.env.ELECTRON_EXECUTABLE = executable;
  process.exitCode = await runInForeground(program, args, { cwd: ROOT });
});
