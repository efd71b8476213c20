/**
 * Names of the client's tools on the CLI's side. The CLI has a tool search of its own and never offers the model another tool of
 * that name, but Claude Code, as a client, finds its deferred tools with one.
 */

/** `ToolSearch`, and whatever the name below would turn into it. */
const RESERVED = /^(Client)*ToolSearch$/;

const PREFIX = 'Client';

/** The CLI's name for the client's tool: the same one, unless the CLI reserves it. Different tools always get different names. */
export function cliToolName(name: string): string {
  return RESERVED.test(name) ? `${PREFIX}${name}` : name;
}

/** The client's name for a tool that the CLI names: the inverse of `cliToolName`. */
export function clientToolName(name: string): string {
  return name.startsWith(PREFIX) && RESERVED.test(name) ? name.slice(PREFIX.length) : name;
}
