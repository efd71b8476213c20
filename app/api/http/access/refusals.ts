/** Why a request is refused, in words that say what to do in its place, and what the window offers to let it in. */
import { isAddressRange, isHostName } from '../../../shared/access/addressRanges';
import type { KnockReason, KnockRemedy } from '../../../shared/access/knocks';
import { parseOrigin } from '../../../shared/access/webOrigins';
import { SETTINGS } from '../../../shared/settings';
import { hostName } from './hosts';
import type { Place } from './networks';

/** A refused request. */
export interface Attempt {
  readonly place: Place;
  /** The peer's address. */
  readonly address: string;
  /** The port that the client reached. */
  readonly port: number;
  /** The values of the headers; empty where they are absent. */
  readonly host: string;
  readonly origin: string;
  /** Whether it has a value where keys are sent that is no key of this app. */
  readonly sentForeignKey: boolean;
}

/** The reasons that this file words; a key that is not valid is worded where it is checked. */
export type WordedReason = Exclude<KnockReason, 'refusedKey'>;

/** For the client: a sentence without a full stop. */
export function refusalMessage(reason: WordedReason, attempt: Attempt): string {
  if (reason === 'noKey') return KEY_MESSAGES[attempt.place](attempt);
  return reason === 'host' ? hostMessage(attempt) : originMessage(attempt);
}

/** For the log and the journal: without text of the client's. */
export const RECORDED: Readonly<Record<WordedReason, string>> = {
  noKey: 'refused: no API key',
  host: 'refused: the Host header does not name this computer',
  origin: 'refused: the page’s origin is not allowed',
};

/** The changes of settings that let such a request in, the narrowest first. */
export function remedies(reason: KnockReason, attempt: Attempt): KnockRemedy[] {
  const { place, address } = attempt;
  switch (reason) {
    case 'noKey':
      if (place === 'container') return [{ setting: 'trustContainers', value: true }];
      if (place === 'ownAddress') return [{ setting: 'trustOwnAddresses', value: true }];
      return isAddressRange(address) ? [{ setting: 'keylessRanges', value: address }] : [];
    case 'refusedKey':
      return [];
    case 'host': {
      const name = hostName(attempt.host);
      return name !== null && isHostName(name) ? [{ setting: 'hostNames', value: name }] : [];
    }
    case 'origin': {
      const value = attempt.origin.toLowerCase();
      return parseOrigin(value) === null ? [] : [{ setting: 'origins', value }];
    }
  }
}

/** Where the settings and keys are made, for somebody who reads an error of another program. */
const IN_SETTINGS = 'in the settings of Claudacity on the computer that runs it';
const SEND_KEY =
  'send an API key, as `Authorization: Bearer KEY` or `x-api-key: KEY`; keys are made in Claudacity on the computer that runs it';

const KEY_MESSAGES: Readonly<Record<Place, (attempt: Attempt) => string>> = {
  container: (attempt) =>
    `this request comes from a container or virtual machine and ${keyFault(attempt)}: start the container with --network=host and use 127.0.0.1, or turn on “${SETTINGS.trustContainers.label}” ${IN_SETTINGS}, or ${SEND_KEY}`,
  ownAddress: (attempt) =>
    `this request comes through a network address of this computer and ${keyFault(attempt)}: use http://127.0.0.1:${attempt.port}, or turn on “${SETTINGS.trustOwnAddresses.label}” ${IN_SETTINGS}, or ${SEND_KEY}`,
  network: (attempt) =>
    `this request comes from another computer (${attempt.address}) and ${keyFault(attempt)}: ${SEND_KEY}. Or add ${attempt.address} to “${SETTINGS.keylessRanges.label}” ${IN_SETTINGS}`,
  // These need no key; the words are for a caller that asks all the same.
  loopback: () => SEND_KEY,
  range: () => SEND_KEY,
};

function keyFault({ sentForeignKey }: Attempt): string {
  return sentForeignKey ? 'what it sends as API key is none of Claudacity’s, which begin with cld_' : 'has no API key';
}

function hostMessage({ host, port }: Attempt): string {
  return `the Host header ${quoted(host)} does not name this computer: use http://127.0.0.1:${port}, http://localhost:${port} or this computer's own name or address, or add the name to “${SETTINGS.hostNames.label}” ${IN_SETTINGS}, or ${SEND_KEY}`;
}

function originMessage({ origin }: Attempt): string {
  if (parseOrigin(origin) === null) {
    return 'this page has no origin that could be allowed, as in a sandboxed frame or a file: serve it from http://localhost, or send the request from a program instead of a page';
  }
  return `pages of ${origin} may not send requests: add the origin to “${SETTINGS.origins.label}” ${IN_SETTINGS}, or, for a server without a window, add the origin to ${SETTINGS.origins.variables[0]} and start it again`;
}

function quoted(text: string): string {
  return `“${text.replace(/[^\x20-\x7e]/g, '?').slice(0, 200)}”`;
}
