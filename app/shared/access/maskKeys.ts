/** Takes keys and tokens out of texts that are recorded, logged or sent to others. */

/** Replaces what looks like a key of this app, of Anthropic or OpenAI, or a bearer token. The first characters of a key stay if they are few. */
export function maskKeys(text: string): string {
  return text
    .replace(/cld_[\w-]{6,}/g, 'cld_…')
    .replace(/\bsk-[\w-]{6,}/g, 'sk-…')
    .replace(/\b(Bearer\s+)[\w.~+/=-]{6,}/gi, '$1…');
}
