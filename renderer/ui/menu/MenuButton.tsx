/** A button that opens a menu below itself. */
import { type ReactNode, useCallback, useRef, useState } from 'react';
import { type MenuItem, MenuPopup } from './MenuPopup';

export interface MenuButtonProps {
  /** The accessible name of button and menu. */
  label: string;
  items: readonly MenuItem[];
  className?: string;
  /** The menu's right edge is that of the button. */
  alignsRight?: boolean;
  onOpen?: () => void;
  children: ReactNode;
}

const GAP = 4;

export function MenuButton({
  label,
  items,
  className = 'button',
  alignsRight = false,
  onOpen,
  children,
}: MenuButtonProps) {
  const button = useRef<HTMLButtonElement>(null);
  const [place, setPlace] = useState<{ x: number; y: number } | null>(null);
  const open = () => {
    const box = button.current?.getBoundingClientRect();
    if (!box) return;
    onOpen?.();
    setPlace({ x: alignsRight ? box.right : box.left, y: box.bottom + GAP });
  };
  const close = useCallback(() => {
    setPlace(null);
    button.current?.focus();
  }, []);
  return (
    <>
      <button
        ref={button}
        type="button"
        className={className}
        title={label}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={place !== null}
        onClick={() => (place ? close() : open())}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          open();
        }}
      >
        {children}
      </button>
      {place && <MenuPopup {...{ label, items, place, alignsRight }} opener={button} onClose={close} />}
    </>
  );
}
