/** Says, until the user has answered, who pays where a subscription and a variable of the environment both could. */
import type { CliState } from '../../../app/shared/contract';
import { useCommands } from '../../state/services';
import { CodeText } from '../../ui/CodeText';
import { Icon } from '../../ui/Icon';
import { usePending } from '../../ui/usePending';

export function PayNotice({ choice, pinnedBy }: { choice: CliState['payChoice']; pinnedBy: string | undefined }) {
  const commands = useCommands();
  const usesPlan = choice?.using === 'subscription';
  const other = usesPlan ? 'environment' : 'subscription';
  const [keep, keeping] = usePending(() => commands.run('cli.payWith', choice?.using ?? 'subscription'));
  const [change, changing] = usePending(() => commands.run('cli.payWith', other));
  if (!choice || choice.noticed || pinnedBy !== undefined) return null;
  const names = choice.variables.map((name) => `\`${name}\``).join(' and ');
  const [isSet, isWithheld] =
    choice.variables.length > 1 ? ['are set', 'They are withheld'] : ['is set', 'It is withheld'];
  return (
    <section className="problem problem-progress" aria-label="Who pays">
      <Icon name="warning" />
      <div className="problem-text">
        <strong>Requests are paid by: {usesPlan ? choice.subscription : choice.environment}.</strong>
        <p>
          <CodeText>
            {usesPlan
              ? `${names} ${isSet} as well. ${isWithheld} from \`claude\`, so that nothing is billed by use. You can change this here and later in the settings, under “Who pays”.`
              : `${names} ${isSet} and used, although you are signed in with ${choice.subscription}. You can change this here and later in the settings, under “Who pays”.`}
          </CodeText>
        </p>
      </div>
      <div className="problem-actions">
        <button type="button" className="button" disabled={keeping || changing} onClick={change}>
          {usesPlan ? 'Pay by use instead' : 'Use the subscription'}
        </button>
        <button type="button" className="button button-main" disabled={keeping || changing} onClick={keep}>
          {usesPlan ? 'Keep the subscription' : 'Keep paying by use'}
        </button>
      </div>
    </section>
  );
}
