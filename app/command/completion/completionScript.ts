/** Completion scripts for shells, generated from the command's definition: nothing in them is written down a second time. */
import type { Command } from 'commander';
import { bashScript } from './bash';
import { completionPlaces, type FurtherValues } from './completionTree';
import { fishScript } from './fish';
import { powershellScript } from './powershell';
import { zshScript } from './zsh';

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

/** @param further values that the definition does not have */
export function completionScript(program: Command, shell: Shell, further?: FurtherValues): string {
  const script = { bash: bashScript, zsh: zshScript, fish: fishScript, powershell: powershellScript }[shell];
  return script(program.name(), completionPlaces(program, further));
}
