/** The edge between the log and the details, which is dragged, or moved with the arrow keys. */
import { type KeyboardEvent, type PointerEvent, useRef } from 'react';

export interface ResizeHandleProps {
  /** Of the details, in pixels. */
  width: number;
  onResize: (width: number) => void;
}

const LEAST = 340;
const STEP = 24;
/** What the list beside it keeps. */
const LEAST_BESIDE = 300;

export function ResizeHandle({ width, onResize }: ResizeHandleProps) {
  const handle = useRef<HTMLDivElement>(null);
  const most = () => Math.max(LEAST, (handle.current?.closest('.pane-body')?.clientWidth ?? innerWidth) - LEAST_BESIDE);
  const resize = (next: number) => onResize(Math.round(Math.max(LEAST, Math.min(most(), next))));
  const onPointerMove = (event: PointerEvent) => {
    if (!handle.current?.hasPointerCapture(event.pointerId)) return;
    const right = handle.current.parentElement?.getBoundingClientRect().right ?? innerWidth;
    resize(right - event.clientX);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: STEP, ArrowRight: -STEP }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    resize(Math.min(width, most()) + step);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a line cannot be moved
    <div
      ref={handle}
      className="resize-handle"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the details"
      aria-valuenow={width}
      aria-valuemin={LEAST}
      aria-valuemax={Math.max(width, innerWidth - LEAST_BESIDE)}
      tabIndex={0}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={onPointerMove}
      onKeyDown={onKeyDown}
      onDoubleClick={() => resize(460)}
    />
  );
}
