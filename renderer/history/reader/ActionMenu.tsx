/** A button that opens a menu of actions. The arrow keys move in it, Escape closes it and gives the focus back. */
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { Icon } from '../../ui/Icon';

export interface MenuAction {
  label: string;
  run: () => void;
  /** The key that does the same outside of the menu. */
  key?: string;
  /** Why it cannot be done now. */
  refusal?: string | undefined;
  danger?: boolean;
}

const DOTS = 'M3 7.4H4.2V8.6H3Z M7.4 7.4H8.6V8.6H7.4Z M11.8 7.4H13V8.6H11.8Z';

export function ActionMenu({ label, actions }: { label: string; actions: readonly MenuAction[] }) {
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLSpanElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return;
    items(place.current)[0]?.focus();
    const onPointer = (event: Event) => {
      if (event.target instanceof Node && !place.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener('pointerdown', onPointer);
    return () => document.removeEventListener('pointerdown', onPointer);
  }, [open]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!open) return;
    const all = items(place.current);
    const current = all.indexOf(document.activeElement as HTMLElement);
    const target = { ArrowDown: current + 1, ArrowUp: current - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === 'Tab') return setOpen(false);
    if (event.key === 'Escape') close();
    else if (target !== undefined) all[(target + all.length) % all.length]?.focus();
    else if (event.key !== 'Delete' && event.key !== 'F2') return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys of the menu within
    <span ref={place} className="reader-menu" onKeyDown={onKeyDown}>
      <button
        ref={button}
        type="button"
        className="icon-button"
        title={label}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name={DOTS} />
      </button>
      {open && (
        <div className="action-menu" role="menu" aria-label={label}>
          {actions.map(({ label: name, run, key, refusal, danger = false }) => (
            <button
              key={name}
              type="button"
              role="menuitem"
              tabIndex={-1}
              aria-disabled={refusal !== undefined}
              title={refusal}
              data-danger={danger}
              onClick={() => {
                if (refusal !== undefined) return;
                close();
                run();
              }}
            >
              {name}
              {key && <kbd>{key}</kbd>}
            </button>
          ))}
        </div>
      )}
    </span>
  );
}

function items(place: HTMLElement | null): HTMLElement[] {
  return [...(place?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])];
}
