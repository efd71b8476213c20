/** The steps of a guide, each with what is to be copied. The app makes their texts. */
import { useEffect, useState } from 'react';
import type { GuideStep, GuideValues } from '../../app/shared/connect/guide';
import { callErrorText } from '../state/callErrorText';
import { useCommands } from '../state/services';
import { CopyButton } from '../ui/CopyButton';
import { CodeBlock } from '../ui/markdown/CodeBlock';
import '../ui/markdown/markdown.css';

export interface StepsProps {
  /** The guide's id. */
  readonly guide: string;
  readonly values: GuideValues;
}

export function Steps(props: StepsProps) {
  const { steps, failure } = useSteps(props);
  if (failure !== null) {
    return (
      <p className="note fault" role="alert">
        The steps could not be read: {failure}
      </p>
    );
  }
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

interface ShownSteps {
  readonly steps: readonly GuideStep[];
  /** Why there are none; null where there are. */
  readonly failure: string | null;
}

/** After a change of the values, the former steps stay until the new ones are there. */
function useSteps({ guide, values: { url, key, model, place, platform } }: StepsProps): ShownSteps {
  const commands = useCommands();
  const [shown, setShown] = useState<ShownSteps>({ steps: [], failure: null });
  useEffect(() => {
    let isCurrent = true;
    commands.call('connect.steps', guide, { url, key, model, place, platform }).then(
      (steps) => isCurrent && setShown({ steps, failure: null }),
      (error) => isCurrent && setShown({ steps: [], failure: callErrorText(error) }),
    );
    return () => {
      isCurrent = false;
    };
  }, [commands, guide, url, key, model, place, platform]);
  return shown;
}
