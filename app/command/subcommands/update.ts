/** `claudacity update`: looks for a new version. */
import { type AddCommand, CommandError, JSON_OPTION } from '../runtime';

export const addUpdate: AddCommand = (program, runtime) => {
  program
    .command('update')
    .description('look for a new version and install it')
    .option('--check', 'only look')
    .option(...JSON_OPTION)
    .action(async () => {
      void runtime;
      throw new CommandError('This version cannot update itself yet.');
    });
};
