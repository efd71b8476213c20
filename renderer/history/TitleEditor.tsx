/** A conversation's title while the user edits it, in its place. */
import { useEffect, useRef } from 'react';

export interface TitleEditorProps {
  title: string;
  /** Called once: with the title that was typed, '' for none, or null where the user cancelled with Escape. */
  onDone: (title: string | null) => void;
}

export function TitleEditor({ title, onDone }: TitleEditorProps) {
  const input = useRef<HTMLInputElement>(null);
  const isDone = useRef(false);
  useEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);
  const done = (typed: string | null) => {
    if (isDone.current) return;
    isDone.current = true;
    onDone(typed === null || typed.trim() === title ? null : typed.trim());
  };
  return (
    <input
      ref={input}
      className="field conv-editor"
      aria-label="Title of the conversation"
      placeholder="Title"
      defaultValue={title}
      maxLength={200}
      onClick={(event) => event.stopPropagation()}
      onBlur={(event) => done(event.currentTarget.value)}
      onKeyDown={(event) => {
        // The list and the reader have meanings of their own for these and other keys.
        event.stopPropagation();
        if (event.key === 'Enter') done(event.currentTarget.value);
        if (event.key === 'Escape') done(null);
      }}
    />
  );
}
