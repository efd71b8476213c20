/** What pins a setting: an environment variable, or an option of the command line. */
export function PinnedBy({ source }: { source: string }) {
  return (
    <p className="note">
      Set by <code>{source}</code> {source.startsWith('-') ? 'on the command line' : 'in the environment'}
    </p>
  );
}
