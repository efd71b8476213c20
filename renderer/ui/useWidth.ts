/** The width of a chart's place, which its drawing follows. */
import { type RefObject, useLayoutEffect, useState } from 'react';

/** The element's width in pixels, 0 at first. */
export function useWidth(place: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return;
    setWidth(element.clientWidth);
    const resized = new ResizeObserver(() => setWidth(element.clientWidth));
    resized.observe(element);
    return () => resized.disconnect();
  }, [place]);
  return width;
}
