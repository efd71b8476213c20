/** Exits with a clear message if Node is too old. Imported before everything else; uses nothing newer than Node 12 itself. */
// The least version is that of package.json: Electron's installer loads ES modules with `require`, which 20.19 and 22.12 brought.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19) || (major === 22 && minor < 12) || major === 21) {
  process.stderr.write(
    `Claudacity needs Node 20.19, 22.12 or newer to be built; this is ${process.version}. Get one from https://nodejs.org, then run this again.\n`,
  );
  process.exit(1);
}
