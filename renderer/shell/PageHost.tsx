/** Loads a page's module and shows it. Where a page fails, the rest of the window keeps working. */
import { type ComponentType, useEffect, useRef, useState } from 'react';
import type { Page } from '../pages';
import { PageIdContext } from '../state/pageStores';
import { useServices } from '../state/services';
import { PageBoundary } from './PageBoundary';

export function PageHost({ page }: { page: Page }) {
  const { pageStores, navigation } = useServices();
  const [attempt, setAttempt] = useState(0);
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    // The page may have given the focus to one of its fields by now.
    if (!place.current?.contains(document.activeElement)) place.current?.focus();
  }, []);
  const reload = () => {
    // What made the page fail may be in its state.
    pageStores.delete(page.id);
    navigation.setNote(page.id, '');
    setAttempt((before) => before + 1);
  };
  return (
    <PageIdContext value={page.id}>
      <main ref={place} className="page" aria-label={page.title} tabIndex={-1}>
        <PageBoundary key={attempt} title={page.title} onReload={reload}>
          <LoadedPage page={page} />
        </PageBoundary>
      </main>
    </PageIdContext>
  );
}

/** The components of the pages that were shown before: they are drawn again at once. */
const components = new Map<string, ComponentType>();

/** Not React's `lazy`: Suspense may show the content up to 300 ms after its placeholder. */
function LoadedPage({ page }: { page: Page }) {
  const { commands } = useServices();
  const [failure, setFailure] = useState<{ error: unknown } | null>(null);
  const [Content, setContent] = useState(() => components.get(page.id));
  useEffect(() => {
    if (Content) return;
    let shown = true;
    page.load(commands.call).then(
      (module) => {
        components.set(page.id, module.default);
        if (shown) setContent(() => module.default);
      },
      (error) => shown && setFailure({ error }),
    );
    return () => {
      shown = false;
    };
  }, [page, Content, commands]);
  // The boundary catches it.
  if (failure) throw failure.error;
  return Content ? <Content /> : null;
}
