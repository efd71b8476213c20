/** The page “Connect” of the demo: addresses, models, and configuration files that are written in memory. */
import { GUIDES, guideById } from '../../../app/connect/guides';
import type { ConfigFileState, ConfigProgram, LanAddress } from '../../../app/shared/connect/configFiles';
import type { CallHandlers } from '../../../app/shared/contract';

const ADDRESSES: LanAddress[] = [
  { address: '192.168.1.10', network: 'wlp3s0' },
  { address: '10.8.0.2', network: 'wg0' },
];

const MODELS = [
  { id: 'sonnet', title: 'Sonnet' },
  { id: 'opus', title: 'Opus' },
  { id: 'haiku', title: 'Haiku' },
  { id: 'claude-sonnet-5-5', title: 'Sonnet 5.5' },
];

const FILES: Readonly<Record<ConfigProgram, string>> = {
  'claude-code': '~/.claude/settings.json',
  codex: '~/.codex/config.toml',
  continue: '~/.continue/config.yaml',
  opencode: '~/.config/opencode/opencode.json',
  aider: '~/.aider.conf.yml',
};

const DIFF = `@@ -1,8 +1,12 @@
 {
   // Mine: do not ask for these.
   "permissions": {
     "allow": ["Bash(npm test)", "Read(~/notes/**)", "WebFetch(domain:a-rather-long-domain-name.example.org)"]
   },
+  "env": {
+    "ANTHROPIC_BASE_URL": "http://127.0.0.1:22434",
+    "ANTHROPIC_AUTH_TOKEN": "unused"
+  },
-  "theme": "light"
+  "theme": "light"
 }
`;

/** @param isBusy whether Codex' file was written before. */
export function connectHandlers(isBusy: boolean): Partial<CallHandlers> {
  const files = new Map<ConfigProgram, ConfigFileState>();
  const state = (program: ConfigProgram): ConfigFileState =>
    files.get(program) ?? { program, file: FILES[program], exists: true, written: null };
  const written = { at: Date.now() - 7_200_000, backup: 'config.toml.2026-11-26T09-12-44-120Z.bak', canUndo: true };
  if (isBusy) files.set('codex', { ...state('codex'), written });
  const set = (file: ConfigFileState) => {
    files.set(file.program, file);
    return file;
  };
  return {
    'connect.guides': () => GUIDES.map(({ steps: _, ...summary }) => summary),
    'connect.steps': (id, values) => guideById(id)?.steps(values) ?? [],
    'connect.options': () => ({
      addresses: ADDRESSES,
      models: MODELS,
      files: (Object.keys(FILES) as ConfigProgram[]).map(state),
    }),
    'connect.preview': (program) => {
      if (program === 'opencode') {
        throw new Error(
          '~/.config/opencode/opencode.json cannot be changed: line 3: comma expected. opencode may not be able to read it either; mend it, or change it by hand.',
        );
      }
      return { program, file: FILES[program], exists: true, diff: DIFF, token: 'demo' };
    },
    'connect.write': (program) => {
      const backup = `${FILES[program].split('/').pop()}.2026-11-26T11-12-44-120Z.bak`;
      return set({ ...state(program), written: { at: Date.now(), backup, canUndo: true } });
    },
    'connect.undo': (program) => set({ ...state(program), written: null }),
  };
}
