/** What a page shows of the app's data that do not change while it runs, such as tables of texts. */
import { type ComponentType, createElement } from 'react';
import type { Bridge } from '../../app/shared/contract';

/** Loads a page's module, and what it shows from the start. */
export type PageLoader = (call: Bridge['call']) => Promise<{ default: ComponentType }>;

/** Reads such data while the page's module is loaded, once for the life of the window. The page gets them as its property `data`. */
export function withData<Data>(
  load: () => Promise<{ default: ComponentType<{ data: Data }> }>,
  read: (call: Bridge['call']) => Promise<Data>,
): PageLoader {
  let loading: ReturnType<PageLoader> | undefined;
  return async (call) => {
    loading ??= Promise.all([load(), read(call)]).then(([{ default: Content }, data]) => ({
      default: () => createElement(Content, { data }),
    }));
    try {
      return await loading;
    } catch (error) {
      // The next attempt may succeed.
      loading = undefined;
      throw error;
    }
  };
}
