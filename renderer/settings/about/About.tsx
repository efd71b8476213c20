/** The end of the settings page: the version, a report for a bug, and the licences of what the app is made of. */
import { useState } from 'react';
import { callErrorText } from '../../state/callErrorText';
import { useApp, useCommands, useServices } from '../../state/services';
import { usePending } from '../../ui/usePending';
import { ReportDialog } from './ReportDialog';

export function About() {
  const version = useApp(({ app }) => app.version);
  const commands = useCommands();
  const { notices } = useServices();
  const [licenses, setLicenses] = useState<string | null>(null);
  const [report, setReport] = useState<string | null>(null);
  const read = (call: 'app.licenses' | 'app.report', show: (text: string) => void) => async () => {
    try {
      show(await commands.call(call));
    } catch (error) {
      notices.show(callErrorText(error));
    }
  };
  const [showLicenses, readingLicenses] = usePending(read('app.licenses', setLicenses));
  const [showReport, makingReport] = usePending(read('app.report', setReport));
  return (
    <>
      <div className="settings-row">
        <span className="settings-label">Version</span>
        <div className="settings-value">
          <span className="pinned-value">{version}</span>
          <div className="notes">
            <p className="note">Free software under the MIT licence.</p>
          </div>
        </div>
      </div>
      <div className="settings-row">
        <span className="settings-label">Something is wrong?</span>
        <div className="settings-value">
          <button type="button" className="button" disabled={makingReport} onClick={showReport}>
            {makingReport ? 'Making the report…' : 'Copy a report for a bug…'}
          </button>
          <div className="notes">
            <p className="note">
              Versions, state, changed settings and the last faults. Keys, names, paths and addresses are left out, and
              you see it before it is copied.
            </p>
          </div>
        </div>
      </div>
      <div className="settings-row">
        <span className="settings-label">Licences</span>
        <div className="settings-value">
          {licenses === null ? (
            <button type="button" className="button" disabled={readingLicenses} onClick={showLicenses}>
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
      {report !== null && <ReportDialog report={report} onClose={() => setReport(null)} />}
    </>
  );
}
