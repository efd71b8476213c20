/** The command that starts this app again, for the login item. */

export interface LaunchCommand {
  /** Absolute path of the program. */
  program: string;
  args: string[];
}

export interface RunningApp {
  execPath: string;
  argv: readonly string[];
  /** The folder that holds package.json, or the app's archive. */
  appPath: string;
  packaged: boolean;
  env: NodeJS.ProcessEnv;
}

export function launchCommand({ execPath, argv, appPath, packaged, env }: RunningApp): LaunchCommand {
  // In an AppImage and a portable .exe, execPath is a temporary copy, which is gone at the next login.
  const program = env.APPIMAGE || env.PORTABLE_EXECUTABLE_FILE || execPath;
  const sandbox = argv.includes('--no-sandbox') ? ['--no-sandbox'] : [];
  return { program, args: packaged ? sandbox : [...sandbox, appPath] };
}
