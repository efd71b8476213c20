/** Shows where the link under the pointer, or with the focus, leads: at the lower edge of the window, as browsers do. */
import { type RefObject, useEffect, useRef, useState } from 'react';

/** @param within the element whose links are watched. */
export function LinkAddress({ within }: { within: RefObject<HTMLElement | null> }) {
  const [address, setAddress] = useState<string | null>(null);
  const bubble = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const element = within.current;
    if (!element) return;
    const show = (event: Event) => {
      const link = event.target instanceof Element ? event.target.closest('.md-link') : null;
      setAddress(link?.getAttribute('title') ?? null);
    };
    const hide = () => setAddress(null);
    element.addEventListener('pointerover', show);
    element.addEventListener('pointerleave', hide);
    element.addEventListener('focusin', show);
    element.addEventListener('focusout', hide);
    return () => {
      element.removeEventListener('pointerover', show);
      element.removeEventListener('pointerleave', hide);
      element.removeEventListener('focusin', show);
      element.removeEventListener('focusout', hide);
    };
  }, [within]);

  // In the top layer: a list that moves its rows would take the bubble along, and a dialog would cover it.
  useEffect(() => {
    if (address !== null) bubble.current?.showPopover();
  }, [address]);

  if (address === null) return null;
  return (
    <div ref={bubble} className="md-address" popover="manual" aria-hidden="true">
      {address}
    </div>
  );
}
