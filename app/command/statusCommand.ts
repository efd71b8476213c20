/** `claudacity status`: whether the app can answer, and who pays. */
import { type AppCommand, UsageError } from './appCommand';

export const statusCommand: AppCommand = async (app, args, { print }) => {
  if (args.length > 0) throw new UsageError();
  const { app: info, server, cli, keys } = await app.read('app', 'server', 'cli', 'keys');
  print(`Claudacity ${info.version}`);
  print(`Server      ${server.phase === 'running' ? `running on ${server.url}` : server.phase}`);
  print(`Claude CLI  ${[cli.version, cli.phase].filter(Boolean).join(', ')}`);
  if (cli.payer) print(`Who pays    ${cli.payer.description}`);
  print(`API keys    ${keys.keys.filter(({ revokedAt }) => revokedAt === null).length}`);
  for (const problem of [server.problem, cli.problem]) if (problem) print(`${problem.message} ${problem.remedy}`);
};
