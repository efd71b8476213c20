/** What the user is asked before the browser opens the page of a link that stands in a text: a model or a stranger has written it. */

export interface LinkQuestion {
  /** Names the host as the browser will reach it: letters that look like others are spelled out (`xn--…`). */
  message: string;
  /** The whole address. */
  detail: string;
  /** What is opened and copied. */
  address: string;
}

/** Addresses longer than this are shown in part, so that the dialog fits the screen. */
const SHOWN = 300;

/** @throws Error where the address is no web address: the system would start any program that is registered for another scheme. */
export function linkQuestion(text: string): LinkQuestion {
  const { protocol, host, href, username, password } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') throw new Error(`${protocol} is no web address`);
  // `https://bank.example@other.example/` leads to other.example.
  if (username !== '' || password !== '') throw new Error('An address with a user name is not opened.');
  return {
    message: `Open ${host} in the browser?`,
    detail: href.length > SHOWN ? `${href.slice(0, SHOWN)}…` : href,
    address: href,
  };
}
