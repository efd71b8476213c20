/** A unified diff, with its lines coloured. Their first characters say the same as the colours. */

export function DiffBlock({ diff, label }: { diff: string; label: string }) {
  const lines = diff.trimEnd().split('\n');
  return (
    <section
      className="diff"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by the keys that scroll it
      tabIndex={0}
    >
      <pre>
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines never move
          <span key={index} className="diff-line" data-kind={KINDS[line[0] ?? '']}>
            {`${line}\n`}
          </span>
        ))}
      </pre>
    </section>
  );
}

const KINDS: Readonly<Record<string, string>> = { '+': 'added', '-': 'removed', '@': 'place', '\\': 'place' };
