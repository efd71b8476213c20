/**
 * `npm run audit:signatures`: has npm compare the signature of every installed package with the keys of the registry. A registry without
 * keys, or none that can be reached, is said and is no failure: a mirror may have no signatures.
 */
import './setup/node.mjs';
import { captureOutput, npmCommand } from './setup/command.mjs';

const MINUTES = 5;

const { command, args } = npmCommand();
const { output } = await captureOutput(command, [...args, 'audit', 'signatures', '--json'], {
  timeoutMs: MINUTES * 60_000,
});
const report = reportIn(output);
if (!report) {
  console.log(`The signatures were not checked: ${reasonIn(output)}`);
} else {
  const { invalid, missing } = report;
  for (const { name, version } of invalid) console.log(`INVALID ${name} ${version}`);
  for (const { name, version } of missing) console.log(`MISSING ${name} ${version}`);
  console.log(`${invalid.length} invalid and ${missing.length} missing signatures`);
  if (invalid.length + missing.length > 0) process.exitCode = 1;
}

/** @param {string} text @returns {{ invalid: Package[], missing: Package[] } | undefined} npm's report, where it has made one */
function reportIn(text) {
  try {
    const { invalid, missing } = JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1));
    return Array.isArray(invalid) && Array.isArray(missing) ? { invalid, missing } : undefined;
  } catch {
    return undefined;
  }
}

/** @typedef {{ name: string, version: string }} Package */

/** @param {string} text */
function reasonIn(text) {
  const line = text.split('\n').find((one) => /error|no dependencies|not found|keys/i.test(one)) ?? text.trim();
  return line.replace(/^npm error /, '').trim() || 'npm printed nothing';
}
