/** Reads a body for showing it: JSON, a stream of JSON lines, or server-sent events. Anything else is text. */

export type ParsedBody =
  | { kind: 'json'; value: unknown }
  | { kind: 'lines'; lines: readonly unknown[] }
  | { kind: 'text' };

/** One event of a stream; the data as JSON where it is. */
interface StreamEvent {
  event?: string;
  data: unknown;
}

/** A body that was cut off still shows the lines before the cut. */
export function parseBody(text: string): ParsedBody {
  const trimmed = text.trim();
  const whole = parseJson(trimmed);
  if (whole.parsed && typeof whole.value === 'object' && whole.value !== null)
    return { kind: 'json', value: whole.value };
  if (/^(event|data|id|retry)?:/.test(trimmed)) return { kind: 'lines', lines: parseEvents(trimmed) };
  const lines = trimmed.split('\n');
  if (lines.length < 2) return { kind: 'text' };
  const values = lines.map(parseJson);
  // The last line may be cut off.
  return values.slice(0, -1).every(({ parsed }) => parsed)
    ? { kind: 'lines', lines: values.map(({ parsed, value }, index) => (parsed ? value : lines[index])) }
    : { kind: 'text' };
}

function parseEvents(text: string): StreamEvent[] {
  return text
    .split(/\r?\n\r?\n/)
    .filter(Boolean)
    .map((block): StreamEvent => {
      const field = (name: string) =>
        block
          .split(/\r?\n/)
          .filter((line) => line.startsWith(`${name}:`))
          .map((line) => line.slice(name.length + 1).trimStart())
          .join('\n');
      const event = field('event');
      const data = field('data');
      const { parsed, value } = parseJson(data);
      return { ...(event && { event }), data: parsed ? value : data || block };
    });
}

function parseJson(text: string): { parsed: boolean; value?: unknown } {
  if (!/^[[{"\d\-tfn]/.test(text)) return { parsed: false };
  try {
    return { parsed: true, value: JSON.parse(text) };
  } catch {
    return { parsed: false };
  }
}
