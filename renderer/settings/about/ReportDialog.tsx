/** Shows the report for a bug before it is copied. */
import { CopyButton } from '../../ui/CopyButton';
import { Dialog } from '../../ui/Dialog';

export interface ReportDialogProps {
  readonly report: string;
  readonly onClose: () => void;
}

export function ReportDialog({ report, onClose }: ReportDialogProps) {
  return (
    <Dialog title="Report for a bug" onClose={onClose}>
      <p className="dialog-text">This is all that is copied. Read it before you publish it.</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also with the keyboard. */}
      <section className="licenses report" tabIndex={0} aria-label="The report">
        {report}
      </section>
      <footer className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Close
        </button>
        <CopyButton text={report} label="Copy report" wide />
      </footer>
    </Dialog>
  );
}
