/** The steps of a guide, each with what is to be copied. */
import type { GuideStep } from '../../app/shared/connect/guide';
import { CopyButton } from '../ui/CopyButton';
import { CodeBlock } from '../ui/markdown/CodeBlock';
import '../ui/markdown/markdown.css';

export function Steps({ steps }: { steps: readonly GuideStep[] }) {
  return (
    <ol className="guide-steps" aria-label="Steps">
      {steps.map(({ text, code, fields }, index) => (
        // Steps are the same at each place; only their texts differ.
        // biome-ignore lint/suspicious/noArrayIndexKey: a step's place is its identity
        <li key={index}>
          <p>{text}</p>
          {fields && (
            <dl className="guide-fields">
              {fields.map(([label, value]) => (
                <div key={label}>
                  <dt>{label}</dt>
                  <dd>
                    <code>{value}</code>
                    <CopyButton text={value} label={`Copy ${label}`} />
                  </dd>
                </div>
              ))}
            </dl>
          )}
          {code && <CodeBlock code={code.text} info={code.language} label={`Copy the code of step ${index + 1}`} />}
        </li>
      ))}
    </ol>
  );
}
