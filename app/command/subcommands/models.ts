/** `claudacity models`: the names that programs can ask for. */
import { jsonDocument, oneLine, table } from '../format';
import { type AddCommand, JSON_OPTION, withApp } from '../runtime';

export const addModels: AddCommand = (program, runtime) => {
  program
    .command('models')
    .description('list the models that programs can name')
    .option(...JSON_OPTION)
    .action(async ({ json }: { json?: true }) => {
      const { print, progress } = runtime.terminal;
      const models = await progress(
        'Asking the claude CLI for its models…',
        withApp(runtime, (app) => app.call('models.all')),
      );
      if (json) return print(jsonDocument(models));
      const rows = models.map(({ id, title, fullName }) => [oneLine(id), oneLine(title), oneLine(fullName)]);
      for (const line of table([['NAME', 'TITLE', 'STANDS FOR'], ...rows])) print(line);
    });
};
