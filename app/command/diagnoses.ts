/** What `claudacity doctor` finds out without the app: the display, the tray, the PATH, and whether the server answers. */
import { programOnPath } from '../service/programOnPath';
import { errorText } from '../shared/errorText';
import type { Diagnosis } from '../shared/maintenance/diagnosis';
import { showsTrayIcons } from '../system/trayHost';
import { hasDisplay } from './display';
import type { CommandRuntime } from './runtime';

export async function systemDiagnoses({
  env,
  platform,
}: Pick<CommandRuntime, 'env' | 'platform'>): Promise<Diagnosis[]> {
  if (!hasDisplay(env, platform)) {
    const text = 'none in this terminal: the server runs without a window';
    return [
      { id: 'display', state: 'ok', text, remedy: null },
      { id: 'tray', state: 'ok', text: 'needs a display', remedy: null },
      pathDiagnosis(env, platform),
    ];
  }
  const display = platform === 'linux' ? (env.WAYLAND_DISPLAY ?? env.DISPLAY ?? '') : 'that of the system';
  return [
    { id: 'display', state: 'ok', text: display, remedy: null },
    await trayDiagnosis(platform),
    pathDiagnosis(env, platform),
  ];
}

async function trayDiagnosis(platform: NodeJS.Platform): Promise<Diagnosis> {
  if (await showsTrayIcons(platform)) return { id: 'tray', state: 'ok', text: 'the desktop shows icons', remedy: null };
  return {
    ...{ id: 'tray', state: 'warning', text: 'this desktop shows no tray icons' },
    remedy: 'On GNOME, install the extension AppIndicator. Without it, `claudacity open` brings the window.',
  };
}

function pathDiagnosis(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): Diagnosis {
  const names = platform === 'win32' ? ['claudacity.cmd', 'claudacity.exe'] : ['claudacity'];
  const file = programOnPath(names, env);
  if (file !== undefined) return { id: 'path', state: 'ok', text: file, remedy: null };
  return {
    ...{ id: 'path', state: 'warning', text: 'no folder of the PATH has the command claudacity' },
    remedy: 'Link the command into a folder of your PATH, such as ~/.local/bin.',
  };
}

const HEALTH_MS = 5_000;

/** Asks the server as a program on this computer would. Never rejects. @param url of the server */
export async function healthDiagnosis(url: string): Promise<Diagnosis> {
  try {
    const begunAt = performance.now();
    const { status } = await fetch(`${url}/health`, { signal: AbortSignal.timeout(HEALTH_MS) });
    const text = `${url}/health answers ${status} in ${Math.round(performance.now() - begunAt)} ms`;
    if (status === 200) return { id: 'health', state: 'ok', text, remedy: null };
    return { id: 'health', state: 'problem', text, remedy: 'The lines above say what keeps it from answering.' };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return {
      ...{ id: 'health', state: 'problem', text: `${url} does not answer: ${errorText(cause)}` },
      remedy: 'Restart it with `claudacity restart`, and look whether a firewall or a proxy is in the way.',
    };
  }
}
