/**
 * A menu over the page: arrow keys move in it, Enter and Space choose, Right opens what lies behind an entry and Left goes back, a letter jumps,
 * Escape and a click elsewhere close it.
 */
import { Fragment, type KeyboardEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Icon, type IconName } from '../Icon';
import './menu.css';

export interface MenuItem {
  id: string;
  label: string;
  /** At the end of the entry: a shortcut, a count. */
  note?: string;
  icon?: IconName | `M${string}`;
  /** Makes the entry one that is switched on and off; the menu stays open. */
  checked?: boolean;
  disabled?: boolean;
  /** A line above the entry. */
  isFirstOfGroup?: boolean;
  /** What lies behind the entry. */
  items?: readonly MenuItem[];
  onSelect?: () => void;
}

export interface MenuPopupProps {
  label: string;
  items: readonly MenuItem[];
  /** Where the menu is to begin, in pixels of the window: its upper left corner, or the right one where it `alignsRight`. */
  place: { x: number; y: number };
  alignsRight?: boolean;
  /** The button that opened the menu: a press on it is left to it. */
  opener?: RefObject<HTMLElement | null>;
  /** Gives the focus back as well. */
  onClose: () => void;
}

const MARGIN = 8;

export function MenuPopup({ label, items, place, alignsRight = false, opener, onClose }: MenuPopupProps) {
  const menu = useRef<HTMLDivElement>(null);
  /** The entry whose items are shown; null for the first level. */
  const [openId, setOpenId] = useState<string | null>(null);
  const opened = openId === null ? undefined : items.find(({ id }) => id === openId);
  const shown = opened?.items ?? items;

  useLayoutEffect(() => {
    const element = menu.current;
    if (!element) return;
    if (!element.matches(':popover-open')) element.showPopover();
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another level has another size
  useLayoutEffect(() => {
    const element = menu.current;
    if (!element) return;
    const { width, height } = element.getBoundingClientRect();
    const x = alignsRight ? place.x - width : place.x;
    element.style.left = `${Math.max(MARGIN, Math.min(x, innerWidth - width - MARGIN))}px`;
    element.style.top = `${Math.max(MARGIN, Math.min(place.y, innerHeight - height - MARGIN))}px`;
  }, [openId, items, place, alignsRight]);
  const previousId = useRef<string | null>(null);
  useEffect(() => {
    const back = previousId.current;
    previousId.current = openId;
    const first =
      menu.current?.querySelector<HTMLElement>('[data-item]:not([disabled])') ?? menu.current?.querySelector('button');
    const left = back === null ? null : menu.current?.querySelector<HTMLElement>(`[data-item="${CSS.escape(back)}"]`);
    (left ?? first)?.focus();
  }, [openId]);
  useEffect(() => {
    const onPointer = (event: PointerEvent) => {
      const target = event.target as Node;
      if (!menu.current?.contains(target) && !opener?.current?.contains(target)) onClose();
    };
    window.addEventListener('pointerdown', onPointer, true);
    window.addEventListener('blur', onClose);
    window.addEventListener('resize', onClose);
    return () => {
      window.removeEventListener('pointerdown', onPointer, true);
      window.removeEventListener('blur', onClose);
      window.removeEventListener('resize', onClose);
    };
  }, [onClose, opener]);

  const choose = (item: MenuItem) => {
    if (item.items) return setOpenId(item.id);
    item.onSelect?.();
    if (item.checked === undefined) onClose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === 'Tab') return onClose();
    const entries = [...(menu.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]:not([disabled])') ?? [])];
    const at = entries.indexOf(document.activeElement as HTMLElement);
    const item = shown.find(({ id }) => id === entries[at]?.dataset.item);
    if (event.key === 'Escape') {
      event.preventDefault();
      if (openId === null) onClose();
      else setOpenId(null);
    } else if (event.key === 'ArrowLeft' && openId !== null) {
      event.preventDefault();
      setOpenId(null);
    } else if (event.key === 'ArrowRight' && item?.items) {
      event.preventDefault();
      setOpenId(item.id);
    } else {
      const next = entryAfter(event.key, at, entries);
      if (!next) return;
      event.preventDefault();
      next.focus();
    }
  };

  return (
    <div
      ref={menu}
      className="menu"
      popover="manual"
      role="menu"
      aria-label={opened?.label ?? label}
      tabIndex={-1}
      onKeyDown={onKeyDown}
    >
      {opened && (
        <button type="button" className="menu-item menu-back" role="menuitem" onClick={() => setOpenId(null)}>
          <span className="menu-mark menu-mark-back">
            <Icon name="chevron" />
          </span>
          <span className="menu-label">{opened.label}</span>
        </button>
      )}
      {shown.map((item) => (
        <Fragment key={item.id}>
          {item.isFirstOfGroup && <hr className="menu-line" />}
          <Entry item={item} onChoose={() => choose(item)} />
        </Fragment>
      ))}
      {shown.length === 0 && <p className="menu-none">Nothing to choose yet</p>}
    </div>
  );
}

function Entry({ item, onChoose }: { item: MenuItem; onChoose: () => void }) {
  const { id, label, note, icon, checked, disabled = false, items } = item;
  return (
    <button
      type="button"
      className="menu-item"
      role={checked === undefined ? 'menuitem' : 'menuitemcheckbox'}
      {...(checked !== undefined && { 'aria-checked': checked })}
      aria-haspopup={items ? 'menu' : undefined}
      disabled={disabled}
      data-item={id}
      onClick={onChoose}
      onPointerMove={(event) => event.currentTarget.focus()}
    >
      <span className="menu-mark">{checked ? <Icon name="check" /> : icon && <Icon name={icon} />}</span>
      <span className="menu-label">{label}</span>
      {note !== undefined && <span className="menu-note">{note}</span>}
      {items && (
        <span className="menu-more">
          <Icon name="chevron" />
        </span>
      )}
    </button>
  );
}

function entryAfter(key: string, at: number, entries: readonly HTMLElement[]): HTMLElement | undefined {
  const count = entries.length;
  if (key === 'ArrowDown') return entries[(at + 1) % count];
  if (key === 'ArrowUp') return entries[(at - 1 + count) % count];
  if (key === 'Home') return entries[0];
  if (key === 'End') return entries[count - 1];
  if (key.length !== 1 || key === ' ') return undefined;
  const rotated = [...entries.slice(at + 1), ...entries.slice(0, at + 1)];
  return rotated.find((entry) => entry.textContent?.trim().toLowerCase().startsWith(key.toLowerCase()));
}
