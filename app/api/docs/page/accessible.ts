/** A plugin of Swagger UI that mends what screen readers and keyboards meet in its page. */

/** What Swagger UI gives its plugins, as far as this one uses it. */
interface System {
  readonly React: {
    createElement(type: unknown, props: object | null, ...children: unknown[]): unknown;
  };
}

type Component = (props: Record<string, unknown>) => unknown;

export function accessible({ React: { createElement } }: System) {
  const labelled =
    (label: string) =>
    (Original: unknown): Component =>
    (props) =>
      createElement(Original, { 'aria-label': label, ...props });
  return {
    components: {
      // A link inside of the button that opens an operation could not be reached by itself. The address follows what is opened all the same.
      DeepLink: ({ text }: { text: unknown }) => createElement('span', null, text),
      // The page's own server is the only one.
      ServersContainer: () => null,
    },
    wrapComponents: {
      TextArea: labelled('Request body'),
      InfoContainer:
        (Original: unknown): Component =>
        (props) =>
          createElement('div', { role: 'banner' }, createElement(Original, props)),
      // The title of the page is its first level, the groups of operations are its third.
      operations:
        (Original: unknown): Component =>
        (props) => [
          createElement('h2', { key: 'heading', className: 'operations-heading' }, 'Operations'),
          createElement(Original, { key: 'operations', ...props }),
        ],
    },
  };
}
