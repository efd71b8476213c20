/** Replaces a page whose component has thrown, or whose module could not be loaded. */
import { Component, type ErrorInfo, type ReactNode } from 'react';
import { errorText } from '../../app/shared/errorText';
import { useApp } from '../state/services';
import { CopyButton } from '../ui/CopyButton';

export interface PageBoundaryProps {
  title: string;
  onReload: () => void;
  children: ReactNode;
}

interface Failure {
  error: unknown;
  /** The components around the one that has thrown, as React lists them. */
  componentStack: string;
}

export class PageBoundary extends Component<PageBoundaryProps, { failure: Failure | null }> {
  override state: { failure: Failure | null } = { failure: null };

  static getDerivedStateFromError(error: unknown) {
    return { failure: { error, componentStack: '' } };
  }

  override componentDidCatch(error: unknown, { componentStack }: ErrorInfo) {
    this.setState({ failure: { error, componentStack: componentStack ?? '' } });
  }

  override render() {
    const { title, onReload, children } = this.props;
    const { failure } = this.state;
    return failure ? <PageFailure title={title} failure={failure} onReload={onReload} /> : children;
  }
}

interface PageFailureProps {
  title: string;
  failure: Failure;
  onReload: () => void;
}

function PageFailure({ title, failure, onReload }: PageFailureProps) {
  const version = useApp(({ app }) => app.version);
  return (
    <div className="empty" role="alert">
      <h3>The page “{title}” has failed</h3>
      <p>{errorText(failure.error)}</p>
      <p>The server and the other pages keep working. Reloading resets what you typed or selected on this page.</p>
      <span className="empty-actions">
        <CopyButton text={() => failureDetails(title, version, failure)} label="Copy details" wide />
        <button type="button" className="button button-main" onClick={onReload}>
          Reload page
        </button>
      </span>
    </div>
  );
}

function failureDetails(title: string, version: string, { error, componentStack }: Failure): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `Claudacity ${version}, page ${title}\n${navigator.userAgent}\n\n${stack}\n${componentStack}`;
}
