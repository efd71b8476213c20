/** Says it plainly where Node is too old, before anything fails in a way that does not. Uses nothing newer than Node 12. */
const major = Number(process.versions.node.split('.')[0]);
if (major < 20) {
  process.stderr.write(`Claudacity needs Node 20 or newer to be built; this is ${process.version}.\n`);
  process.exit(1);
}
