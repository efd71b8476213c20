/** Takes what is private out of the text of a bug report: secrets, names, paths, addresses. */
import { isIP } from 'node:net';
import { maskKeys } from '../../shared/access/maskKeys';

export interface PrivateWords {
  /** The user's home folder. */
  readonly home: string;
  /** Names of people, computers, keys and accounts, and addresses that the settings name. */
  readonly names: readonly string[];
}

/** Replaces each private part by `…`, the home folder by `~`. Loopback and "every network" stay: they say nothing about anybody. */
export function maskPrivate(text: string, { home, names }: PrivateWords): string {
  // Addresses first: with a name taken out, a mail address would not be recognised as one.
  const withoutAddresses = maskIpAddresses(maskNamedAddresses(maskHomes(maskKeys(text), home)));
  return [...names]
    .sort((one, other) => other.length - one.length)
    .reduce((masked, name) => maskWord(masked, name), withoutAddresses);
}

/** The user's own home, also with the backslashes of JSON, and those of others. */
function maskHomes(text: string, home: string): string {
  const own = home.length > 1 ? [home, home.replaceAll('\\', '\\\\'), home.replaceAll('\\', '/')] : [];
  return own
    .reduce((masked, folder) => masked.replaceAll(folder, '~'), text)
    .replace(/((?:\/home|\/Users|[a-z]:[\\/]+Users)[\\/]+)[^\\/\s"']+/gi, '$1…');
}

/** Names of one letter would take the text apart. */
function maskWord(text: string, word: string): string {
  const trimmed = word.trim();
  if (trimmed.length < 2) return text;
  const pattern = trimmed.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&');
  return text.replace(new RegExp(`(?<![\\p{L}\\p{N}])${pattern}(?![\\p{L}\\p{N}])`, 'giu'), '…');
}

const MAIL = /[\w.%+-]+@[\w-]+(?:\.[\w-]+)*/g;
const URL_HOST = /\b([a-z][a-z\d+.-]*:\/\/)([^/\s"'?#]+)/gi;
const IPV4 = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)/g;
const IPV6 = /(?<![\w:.])[\da-f]*:[\da-f:]*:[\da-f:]*(?:%\w+)?/gi;

function maskNamedAddresses(text: string): string {
  return text
    .replace(URL_HOST, (whole, scheme: string, host: string) => (isHarmless(host) ? whole : `${scheme}…`))
    .replace(MAIL, '…@…');
}

function maskIpAddresses(text: string): string {
  return text
    .replace(IPV4, (address) => (isHarmless(address) ? address : '…'))
    .replace(IPV6, (address) => (isIP(address) !== 6 || /^::1?$/.test(address) ? address : '…'));
}

/** The user's own computer, and the public hosts of the API. A user and a password before the host are never harmless. */
function isHarmless(host: string): boolean {
  return /^(127\.\d+\.\d+\.\d+|0\.0\.0\.0|localhost|\[::1?\]|([a-z\d-]+\.)*anthropic\.com|([a-z\d-]+\.)*claude\.(ai|com))(:\d+)?$/i.test(
    host,
  );
}
