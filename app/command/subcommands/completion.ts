/** `claudacity completion`: a script that completes the command's words in a shell. */
import { Argument } from 'commander';
import { completionScript, SHELLS, type Shell } from '../completion/completionScript';
import type { AddCommand } from '../runtime';

export const addCompletion: AddCommand = (program, { terminal, guides }) => {
  program
    .command('completion')
    .description('print a completion script, such as `source <(claudacity completion bash)`')
    .addArgument(new Argument('<SHELL>').choices(SHELLS))
    .action((shell: Shell) => {
      const connect = guides().map(({ id, title }) => ({ text: id, description: title }));
      terminal.write(completionScript(program, shell, { connect }));
    });
};
