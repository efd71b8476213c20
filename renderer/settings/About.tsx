/** The end of the settings page: the version, and the licences of what the app is made of. */
import { useState } from 'react';
import { callErrorText } from '../state/callErrorText';
import { useApp, useCommands, useServices } from '../state/services';
import { usePending } from '../ui/usePending';

export function About() {
  const version = useApp(({ app }) => app.version);
  const commands = useCommands();
  const { notices } = useServices();
  const [licenses, setLicenses] = useState<string | null>(null);
  const [show, pending] = usePending(async () => {
    try {
      setLicenses(await commands.call('app.licenses'));
    } catch (error) {
      notices.show(callErrorText(error));
    }
  });
  return (
    <fieldset className="settings-group">
      <legend>About</legend>
      <div className="settings-row">
        <span>Version</span>
        <div>
          <span className="pinned-value">{version}</span>
          <p className="note">Free software under the MIT licence.</p>
        </div>
      </div>
      <div className="settings-row">
        <span>Licences</span>
        <div>
          {licenses === null ? (
            <button type="button" className="button" disabled={pending} onClick={show}>
              Show the licences of the packages
            </button>
          ) : (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also with the keyboard.
            <section className="licenses" tabIndex={0} aria-label="Licences of the packages">
              {licenses}
            </section>
          )}
        </div>
      </div>
    </fieldset>
  );
}
