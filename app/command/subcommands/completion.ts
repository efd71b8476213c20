/** `claudacity completion`: a script that completes the command's words in a shell. */
import { Argument } from 'commander';
import { completionScript, SHELLS, type Shell } from '../completion';
import type { AddCommand } from '../runtime';

export const addCompletion: AddCommand = (program, { terminal }) => {
  program
    .command('completion')
    .description('print a completion script, such as `source <(claudacity completion bash)`')
    .addArgument(new Argument('<SHELL>').choices(SHELLS))
    .action((shell: Shell) => terminal.write(completionScript(program, shell)));
};
