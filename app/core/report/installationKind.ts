/** How the CLI was installed, told from its path, which itself is the user's own. */

const KINDS: readonly (readonly [pattern: RegExp, kind: string])[] = [
  [/[\\/](homebrew|linuxbrew|Cellar)[\\/]/i, 'from Homebrew'],
  [/[\\/]\.local[\\/](bin|share[\\/]claude)[\\/]/i, 'native installer'],
  [/[\\/]\.claude[\\/]local[\\/]/i, 'local npm installation'],
  [/[\\/]\.?(nvm|fnm|volta|asdf|mise|n)[\\/]/i, 'npm package of a Node version manager'],
  [/[\\/]node_modules[\\/]|[\\/]npm[\\/]|[\\/]\.npm-global[\\/]/i, 'npm package'],
  [/^[\\/]usr[\\/](local[\\/])?bin[\\/]/i, 'system-wide'],
  [/^[\\/](snap|nix)[\\/]/i, 'package of the system'],
];

/** A few words, such as `npm package`. */
export function installationKind(path: string): string {
  return KINDS.find(([pattern]) => pattern.test(path))?.[1] ?? 'at a place of its own';
}
