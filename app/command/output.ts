/**
 * What the commands print with `--json`: one document, or one a line where they follow a log. Programs rely on it: fields are added, never renamed or
 * removed. The commands use the types alone; the tests check the output against the schemas.
 */
import { z } from 'zod';

const problem = z.object({ code: z.string(), message: z.string(), remedy: z.string() });
const launchCommand = z.object({ program: z.string(), args: z.array(z.string()).readonly() });

const serviceState = z.object({
  kind: z.string(),
  installed: z.boolean(),
  enabled: z.boolean(),
  running: z.boolean(),
  pid: z.number().nullable(),
  holder: z.string(),
  entry: z.string().nullable(),
  command: launchCommand.nullable(),
  linger: z.boolean().nullable(),
  problems: z.array(problem).readonly(),
});

/** `claudacity status`. Everything but `running` and `service` is absent where the app does not run. */
export const statusOutput = z.strictObject({
  running: z.boolean(),
  version: z.string().optional(),
  pid: z.number().optional(),
  hasWindow: z.boolean().optional(),
  /** Ms since the epoch, as all times. */
  startedAt: z.number().optional(),
  level: z.enum(['ready', 'limited', 'changing', 'stopped', 'blocked']).optional(),
  label: z.string().optional(),
  canAnswer: z.boolean().optional(),
  server: z.strictObject({ phase: z.string(), url: z.string(), host: z.string(), port: z.number() }).optional(),
  cli: z
    .strictObject({
      phase: z.string(),
      path: z.string().nullable(),
      version: z.string().nullable(),
      payer: z.object({ label: z.string(), description: z.string(), billing: z.string() }).nullable(),
    })
    .optional(),
  /** Those that are not revoked. */
  keys: z.number().optional(),
  problems: z.array(problem).optional(),
  /** null where it could not be read. */
  service: serviceState.nullable(),
});
export type StatusOutput = z.infer<typeof statusOutput>;

/** `start`, `restart`, `open`. */
export const startOutput = z.strictObject({
  wasRunning: z.boolean(),
  pid: z.number(),
  hasWindow: z.boolean(),
  server: z.strictObject({ phase: z.string(), url: z.string() }),
});
export type StartOutput = z.infer<typeof startOutput>;

export const stopOutput = z.strictObject({ stopped: z.boolean(), pid: z.number().nullable() });

export const installOutput = z.object({
  state: serviceState,
  changed: z.boolean(),
  written: z.array(z.string()),
  advice: z.array(z.string()),
});

export const uninstallOutput = z.object({
  state: serviceState,
  removed: z.array(z.string()),
  advice: z.array(z.string()),
});

/** `logs`: an object per line, as the file has it. */
export const logOutput = z.looseObject({ time: z.iso.datetime(), level: z.string(), message: z.string() });

const usage = z.object({
  input: z.number(),
  cacheRead: z.number(),
  cacheWrite: z.number(),
  output: z.number().nullable(),
  thinking: z.number(),
  costUsd: z.number().nullable(),
});

/** `requests`: a list of these; with `-f` one per line. */
export const requestOutput = z.object({
  id: z.string(),
  at: z.number(),
  client: z.string(),
  address: z.string(),
  dialect: z.string(),
  method: z.string(),
  path: z.string(),
  model: z.string(),
  keyId: z.string(),
  keyName: z.string(),
  phase: z.string(),
  outcome: z.string(),
  resolvedModel: z.string().nullable(),
  status: z.number().nullable(),
  usage: usage.nullable(),
  firstTokenMs: z.number().nullable(),
  durationMs: z.number().nullable(),
});

/** `keys revoke`; `keys list` and `keys add` have it as a part. */
export const keyOutput = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  createdAt: z.number(),
  expiresAt: z.number().nullable(),
  revokedAt: z.number().nullable(),
  models: z.array(z.string()),
  requestsPerMinute: z.number().nullable(),
  tokensPerDay: z.number().nullable(),
  usdPerDay: z.number().nullable(),
  scopes: z.array(z.string()),
  accountId: z.string().nullable(),
  inUrl: z.boolean(),
  lastUsedAt: z.number().nullable(),
});
export const keysOutput = z.object({ keys: z.array(keyOutput), problem: z.string().nullable() });
export const newKeyOutput = z.object({ apiKey: keyOutput, secret: z.string().startsWith('cld_') });

export const networksOutput = z.strictObject({
  listensOn: z.string(),
  port: z.number(),
  addresses: z.array(z.object({ address: z.string(), network: z.string() })),
  keyless: z.array(z.string()),
  trustContainers: z.boolean(),
  trustOwnAddresses: z.boolean(),
  refused: z.array(
    z.object({
      id: z.string(),
      address: z.string(),
      from: z.enum(['this computer', 'container', 'network']),
      reason: z.enum(['noKey', 'refusedKey', 'host', 'origin']),
      value: z.string(),
      client: z.string(),
      count: z.number(),
      firstAt: z.number(),
      lastAt: z.number(),
      remedies: z.array(
        z.union([
          z.object({ setting: z.enum(['trustContainers', 'trustOwnAddresses']), value: z.literal(true) }),
          z.object({ setting: z.enum(['keylessRanges', 'hostNames', 'origins']), value: z.string() }),
        ]),
      ),
      keyHelps: z.boolean(),
    }),
  ),
});
export type NetworksOutput = z.infer<typeof networksOutput>;

/** `networks allow` and `networks refuse`. */
export const keylessOutput = z.strictObject({ keyless: z.array(z.string()) });

export const accountsOutput = z.object({
  accounts: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      isDefault: z.boolean(),
      phase: z.enum(['checking', 'signed_in', 'signed_out']),
      payer: z.string().nullable(),
      isExhausted: z.boolean(),
      planWindows: z.array(z.object({ name: z.string(), title: z.string(), used: z.number().nullable() })),
    }),
  ),
  problem: z.string().nullable(),
});

export const modelsOutput = z.array(z.strictObject({ id: z.string(), title: z.string(), fullName: z.string() }));

const settingValue = z.union([z.boolean(), z.number(), z.string(), z.array(z.string()), z.null()]);

/** `config get` and `config set`; `config list` prints a list of these. */
export const settingOutput = z.strictObject({
  name: z.string(),
  value: settingValue,
  default: settingValue,
  /** `default`, `settings`, `this run`, or the variable or option that sets it. */
  origin: z.string(),
  label: z.string(),
  description: z.string(),
  applies: z.enum(['at once', 'at next start']),
});
export type SettingOutput = z.infer<typeof settingOutput>;

export const testOutput = z.strictObject({
  id: z.string(),
  /** The one that answered, in full. */
  model: z.string(),
  question: z.string(),
  answer: z.string(),
  error: z.string().nullable(),
  firstTokenMs: z.number().nullable(),
  totalMs: z.number().nullable(),
  inputTokens: z.number().nullable(),
  outputTokens: z.number().nullable(),
  /** At list price. */
  costUsd: z.number().nullable(),
});
export type TestOutput = z.infer<typeof testOutput>;

/** `connect`. */
export const connectListOutput = z.array(
  z.strictObject({
    id: z.string(),
    title: z.string(),
    group: z.string(),
    speaks: z.string(),
    /** The configuration file that can be written; null where there is none. */
    file: z.string().nullable(),
    written: z.boolean(),
  }),
);
export type ConnectListOutput = z.infer<typeof connectListOutput>;

/** `connect PROGRAM`. */
export const connectGuideOutput = z.object({
  id: z.string(),
  title: z.string(),
  url: z.string(),
  steps: z.array(
    z.object({
      text: z.string(),
      code: z.object({ language: z.string(), text: z.string() }).optional(),
      fields: z.array(z.tuple([z.string(), z.string()])).optional(),
    }),
  ),
});

/** `connect PROGRAM --preview`. */
export const connectPreviewOutput = z.strictObject({
  program: z.string(),
  file: z.string(),
  exists: z.boolean(),
  diff: z.string(),
  token: z.string(),
});

/** `connect PROGRAM --write` and `--undo`. */
export const connectChangeOutput = z.strictObject({
  changed: z.boolean(),
  file: z.string(),
  backup: z.string().nullable(),
});

export const doctorOutput = z.strictObject({
  canAnswer: z.boolean(),
  rows: z.array(
    z.strictObject({
      id: z.string(),
      state: z.enum(['ok', 'warning', 'problem', 'unknown']),
      text: z.string(),
      remedy: z.string().nullable(),
    }),
  ),
});
export type DoctorOutput = z.infer<typeof doctorOutput>;

/** `doctor --report`. */
export const reportOutput = z.strictObject({ report: z.string() });

export const updateOutput = z.strictObject({
  phase: z.enum(['off', 'idle', 'checking', 'available', 'downloading', 'ready', 'waiting', 'installing']),
  /** The later version; null where none is known. */
  version: z.string().nullable(),
  /** Whether it is installed already, and only has to be started. */
  installed: z.boolean(),
  progress: z.number().nullable(),
  checkedAt: z.number().nullable(),
  answering: z.number(),
  message: z.string().nullable(),
});
export type UpdateOutput = z.infer<typeof updateOutput>;
