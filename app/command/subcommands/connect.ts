/** `claudacity connect`: how a program is connected to this server; writes its configuration file where that is possible. */
import { Argument, Option } from 'commander';
import type { ControlClient } from '../../control/client';
import { isConfigProgram } from '../../shared/connect/configFiles';
import { type GuideStep, PLACES, type Place } from '../../shared/connect/guide';
import type { ConfigProgram } from '../../shared/contract';
import { jsonDocument, table } from '../format';
import type { ConnectListOutput } from '../output';
import { type AddCommand, CommandError, type CommandRuntime, JSON_OPTION, withApp } from '../runtime';

interface ConnectOptions {
  model: string;
  key?: string;
  place: Place;
  url?: string;
  preview?: true;
  write?: true;
  undo?: true;
  yes?: true;
  json?: true;
}

export const addConnect: AddCommand = (program, runtime) => {
  program
    .command('connect')
    .description('list the programs with a guide; print a program’s guide, or write its configuration file')
    .addArgument(new Argument('[PROGRAM]', 'its id, as listed'))
    .option('--model <MODEL>', 'the model that it is to use', 'sonnet')
    .option('--key <KEY>', 'an API key (see `claudacity keys add`)')
    .addOption(new Option('--place <PLACE>', 'where it runs').choices(PLACES).default('here'))
    .option('--url <URL>', 'the address under which it reaches this server (default: the one for its place)')
    .option('--preview', 'print what --write would change in its configuration file')
    .option('--write', 'write its configuration file; the file as it was is kept beside it')
    .option('--undo', 'take the latest --write back')
    .option('-y, --yes', 'write without asking')
    .option(...JSON_OPTION)
    .action(async (id: string | undefined, options: ConnectOptions) => {
      if (Number(Boolean(options.preview)) + Number(Boolean(options.write)) + Number(Boolean(options.undo)) > 1)
        throw new CommandError('Give one of --preview, --write and --undo.', 2);
      await withApp(runtime, async (app) => {
        if (id === undefined) return listPrograms(app, runtime, options);
        if (!options.preview && !options.write && !options.undo) return printGuide(app, runtime, id, options);
        if (!isConfigProgram(id))
          throw new CommandError(
            `Claudacity cannot write a configuration file of “${id}”. \`claudacity connect ${id}\` says what to do.`,
          );
        if (options.undo) await undo(app, runtime, id, options);
        else await preview(app, runtime, id, options);
      });
    });
};

async function listPrograms(app: ControlClient, { terminal: { print } }: CommandRuntime, { json }: ConnectOptions) {
  const [guides, { files }] = await Promise.all([app.call('connect.guides'), app.call('connect.options')]);
  const output: ConnectListOutput = guides.map(({ id, title, group, speaks }) => {
    const file = files.find(({ program }) => program === id);
    return { id, title, group, speaks, file: file?.file ?? null, written: file?.written != null };
  });
  if (json) return print(jsonDocument(output));
  const rows = output.map(({ id, title, group, file, written }) => [
    ...[id, title, group],
    file === null ? '' : written ? `written: ${file}` : `--write: ${file}`,
  ]);
  for (const line of table([['ID', 'PROGRAM', 'GROUP', 'CONFIGURATION'], ...rows])) print(line);
}

async function printGuide(app: ControlClient, runtime: CommandRuntime, id: string, options: ConnectOptions) {
  const { terminal, platform } = runtime;
  const { model, key = null, place, json } = options;
  const [guides, { server }, { addresses }] = await Promise.all([
    app.call('connect.guides'),
    app.read('server'),
    app.call('connect.options'),
  ]);
  const guide = guides.find((one) => one.id === id);
  if (!guide) throw new CommandError(`There is no guide for “${id}”. \`claudacity connect\` lists them.`);
  const hosts = {
    here: '127.0.0.1',
    container: 'host.docker.internal',
    other: addresses[0]?.address ?? 'THIS-COMPUTER',
  };
  const url =
    options.url?.replace(/\/+$/, '') ?? (place === 'here' ? server.url : `http://${hosts[place]}:${server.port}`);
  const steps = await app.call('connect.steps', id, { url, key, model, place, platform });
  if (json) return terminal.print(jsonDocument({ ...guide, url, steps }));
  terminal.print(terminal.paint.bold(`${guide.title}: speaks ${guide.speaks}`));
  for (const [index, step] of steps.entries()) for (const line of stepLines(step, index + 1)) terminal.print(line);
  for (const note of guide.notes ?? []) terminal.print(`\n${note}`);
  if (isConfigProgram(id)) terminal.print(`\n\`claudacity connect ${id} --write\` writes its configuration file.`);
}

function stepLines({ text, code, fields = [] }: GuideStep, number: number): string[] {
  const indented = [...fields.map(([label, value]) => `${label}: ${value}`), ...(code ? code.text.split('\n') : [])];
  return [
    '',
    `${number}. ${text}`,
    ...(indented.length > 0 ? [''] : []),
    ...indented.map((line) => `     ${line}`.trimEnd()),
  ];
}

async function preview(app: ControlClient, { terminal }: CommandRuntime, id: ConfigProgram, options: ConnectOptions) {
  const { print, note, confirm, paint } = terminal;
  const { model, key = null, write, yes, json } = options;
  const values = { model, key };
  const change = await app.call('connect.preview', id, values);
  if (!write) {
    if (json) return print(jsonDocument(change));
    if (change.diff === '') return note(`${change.file} says all of this already.`);
    return print(change.diff.trimEnd());
  }
  if (change.diff === '') {
    if (json) return print(jsonDocument({ changed: false, file: change.file, backup: null }));
    return note(`${change.file} says all of this already.`);
  }
  if (!json) note(change.diff.trimEnd());
  if (!yes && !(await confirm(`Write ${change.file}?`)))
    throw new CommandError(`${change.file} was not written. Add --yes to write it without the question.`);
  const { file, written } = await app.call('connect.write', id, values, change.token);
  const backup = written?.backup ?? null;
  if (json) return print(jsonDocument({ changed: true, file, backup }));
  note(paint.good(`${file} is written${backup === null ? '' : `; as it was, it is in ${backup}`}.`));
  note(`\`claudacity connect ${id} --undo\` takes it back.`);
}

async function undo(app: ControlClient, { terminal }: CommandRuntime, id: ConfigProgram, { json }: ConnectOptions) {
  const { file } = await app.call('connect.undo', id);
  if (json) terminal.print(jsonDocument({ changed: true, file, backup: null }));
  else terminal.note(`${file} is as it was before.`);
}
