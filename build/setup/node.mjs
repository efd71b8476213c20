/** Exits with a clear message if Node is too old. Imported before everything else; uses nothing newer than Node 12 itself. */
const major = Number(process.versions.node.split('.')[0]);
if (major < 20) {
  process.stderr.write(`Claudacity needs Node 20 or newer to be built; this is ${process.version}.\n`);
  process.exit(1);
}
