/** A request as a curl command for bash. */
import { maskText } from '../../api/http/wire/maskWire';
import { type CapturedRequest, isRepeatable } from '../../api/http/wire/wireLog';

/** The longest argument of a command that Linux takes is 128 KB; a builtin of the shell has no such limit. */
const LONGEST_ARGUMENT = 100_000;

/**
 * The command that sends the request again. Secrets are left out: `$CLAUDACITY_KEY` stands for the API key.
 * @param serverUrl `http://127.0.0.1:22434`
 * @throws Error where the body is not text.
 */
export function curlCommand(captured: CapturedRequest, serverUrl: string): string {
  const { method, url, keyPlace, headers } = captured;
  const body = maskText(textOf(captured.body));
  const address =
    keyPlace === 'url' ? `${quoted(`${serverUrl}/k/`)}"$CLAUDACITY_KEY"${quoted(url)}` : quoted(serverUrl + url);
  const isLong = Buffer.byteLength(body) > LONGEST_ARGUMENT;
  const parts = [
    `curl ${address}`,
    ...(method === (body === '' ? 'GET' : 'POST') ? [] : [method === 'HEAD' ? '--head' : `-X ${quoted(method)}`]),
    ...KEY_OPTIONS[keyPlace],
    // curl sends its own name where the program's is missing.
    ...headers.filter(([name]) => isRepeatable(name)).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === '' ? [] : [isLong ? '--data-binary @-' : `--data-raw ${quoted(body)}`]),
  ];
  const command = parts.join(' \\\n  ');
  return isLong ? `printf %s ${quoted(body)} | ${command}` : command;
}

const KEY_OPTIONS: Readonly<Record<CapturedRequest['keyPlace'], readonly string[]>> = {
  bearer: ['-H "Authorization: Bearer $CLAUDACITY_KEY"'],
  basic: ['-u ":$CLAUDACITY_KEY"'],
  'x-api-key': ['-H "x-api-key: $CLAUDACITY_KEY"'],
  'api-key': ['-H "api-key: $CLAUDACITY_KEY"'],
  url: [],
  none: [],
};

/** In single quotes, bash changes nothing. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function textOf(body: Buffer | null): string {
  if (body === null || body.length === 0) return '';
  const text = body.toString('utf8');
  if (text.includes('\0') || !Buffer.from(text).equals(body)) {
    throw new Error('The request’s body is not text, so it cannot be a part of a command.');
  }
  return text;
}
