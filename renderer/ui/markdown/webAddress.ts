/** The addresses of links in texts. */

/** The address in full where a browser may be asked to open it; null for every other scheme, a relative address, and what is no address. */
export function webAddress(address: string): string | null {
  try {
    const { protocol, href } = new URL(address);
    return (protocol === 'https:' || protocol === 'http:') && href.length <= 4_000 ? href : null;
  } catch {
    return null;
  }
}
