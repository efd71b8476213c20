/**
 * The JSON object that a text consists of, alone or as a Markdown code block, without the space around it; undefined where it
 * consists of anything else. A model that does not call the tool for its structured answer may write the answer as such a text.
 */
export function jsonText(text: string): string | undefined {
  const trimmed = text.trim();
  const block = /^```(?:json)?\s*\n(.*)\n\s*```$/is.exec(trimmed);
  const json = (block?.[1] ?? trimmed).trim();
  if (!json.startsWith('{')) return undefined;
  try {
    JSON.parse(json);
    return json;
  } catch {
    return undefined;
  }
}
