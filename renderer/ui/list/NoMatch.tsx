/** Shown in place of a list where none of its loaded rows passes the search. */

export interface NoMatchProps {
  title: string;
  /** What was searched: `12 requests searched.` */
  searched: string;
  /** Whether there are older rows than the loaded ones. */
  older: 'more' | 'loading' | 'end' | 'new';
  /** The button that loads them: `Search older requests`. */
  searchOlder: string;
  onSearchOlder: () => void;
  onShowAll: () => void;
}

export function NoMatch({ title, searched, older, searchOlder, onSearchOlder, onShowAll }: NoMatchProps) {
  return (
    <div className="empty">
      <h3>{title}</h3>
      <p>{searched}</p>
      <span className="empty-actions">
        {older !== 'end' && (
          <button type="button" className="button" disabled={older === 'loading'} onClick={onSearchOlder}>
            {searchOlder}
          </button>
        )}
        <button type="button" className="button" onClick={onShowAll}>
          Show all
        </button>
      </span>
    </div>
  );
}
