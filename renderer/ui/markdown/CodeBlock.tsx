/** Code in a text: its language, a button that copies it, and the code in a box that scrolls by itself. */
import { COPY_LIMIT, CopyButton } from '../CopyButton';

export interface CodeBlockProps {
  code: string;
  /** What stands behind the fence: `rust`, `ts title="a.ts"`; the language is shown. */
  info?: string | undefined;
  /** The name of the button, where a page has more than one block. */
  label?: string;
}

export function CodeBlock({ code, info = '', label = 'Copy the code' }: CodeBlockProps) {
  const language = /^[\w+#.-]{1,30}/.exec(info.trim())?.[0] ?? '';
  return (
    <div className="md-code">
      <div className="md-code-head">
        <span>{language}</span>
        {code.length <= COPY_LIMIT && <CopyButton text={code} label={label} />}
      </div>
      <section
        className="md-code-body"
        aria-label={language ? `Code in ${language}` : 'Code'}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by the keys that scroll it
        tabIndex={0}
      >
        <pre>
          <code>{code}</code>
        </pre>
      </section>
    </div>
  );
}
