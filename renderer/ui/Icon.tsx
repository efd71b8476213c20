/** The window's pictograms, drawn on a grid of 16 in the colour of the text around them. */
const PATHS = {
  check: 'M3.5 8.5 6.5 11.5 12.5 4.5',
  close: 'M4 4 12 12 M12 4 4 12',
  copy: 'M5.5 5.5V3.5A1 1 0 0 1 6.5 2.5H12.5A1 1 0 0 1 13.5 3.5V9.5A1 1 0 0 1 12.5 10.5H10.5 M3.5 5.5H9.5A1 1 0 0 1 10.5 6.5V12.5A1 1 0 0 1 9.5 13.5H3.5A1 1 0 0 1 2.5 12.5V6.5A1 1 0 0 1 3.5 5.5Z',
  chevron: 'M6 3.5 10.5 8 6 12.5',
  filter: 'M2.5 3.5H13.5L9.5 8.5V12.5L6.5 13.5V8.5Z',
  history: 'M2.6 5.5A6 6 0 1 1 2 8 M2.3 2.8V5.7H5.2 M8 4.8V8.2L10.4 9.7',
  list: 'M6 4H13.5 M6 8H13.5 M6 12H13.5 M2.8 4H3.2 M2.8 8H3.2 M2.8 12H3.2',
  moon: 'M13 9.8A5.5 5.5 0 0 1 6.2 3 5.5 5.5 0 1 0 13 9.8Z',
  more: 'M3.4 8H3.6 M7.9 8H8.1 M12.4 8H12.6',
  panel: 'M2.5 3.5H13.5V12.5H2.5Z M6.5 3.5V12.5',
  pause: 'M5.5 3.5V12.5 M10.5 3.5V12.5',
  play: 'M5 3.5V12.5L12.5 8Z',
  screen: 'M2.5 3.5H13.5V10.5H2.5Z M6 13.5H10 M8 10.5V13.5',
  search: 'M7 2.5A4.5 4.5 0 1 1 7 11.5 4.5 4.5 0 0 1 7 2.5Z M10.3 10.3 13.5 13.5',
  settings:
    'M2.5 4.5H8.5 M11.5 4.5H13.5 M2.5 11.5H4.5 M7.5 11.5H13.5 M10 3A1.5 1.5 0 1 1 10 6 1.5 1.5 0 0 1 10 3Z M6 10A1.5 1.5 0 1 1 6 13 1.5 1.5 0 0 1 6 10Z',
  stop: 'M4.5 4.5H11.5V11.5H4.5Z',
  sun: 'M8 5.2A2.8 2.8 0 1 1 8 10.8 2.8 2.8 0 0 1 8 5.2Z M8 1.5V2.5 M8 13.5V14.5 M1.5 8H2.5 M13.5 8H14.5 M3.4 3.4 4.1 4.1 M11.9 11.9 12.6 12.6 M3.4 12.6 4.1 11.9 M11.9 4.1 12.6 3.4',
  trash: 'M2.5 4.5H13.5 M6 4.5V2.5H10V4.5 M4 4.5 4.6 13.5H11.4L12 4.5 M6.8 7V11 M9.2 7V11',
  up: 'M8 13V3.5 M3.8 7.5 8 3.3 12.2 7.5',
  warning: 'M8 2.3 14.2 13.3H1.8Z M8 6.3V9.3 M8 11.2V11.4',
} as const;

export type IconName = keyof typeof PATHS;

/** Decoration only: the text beside it, or the button around it, has the name. */
export function Icon({ name }: { name: IconName | `M${string}` }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={isIconName(name) ? PATHS[name] : name} />
    </svg>
  );
}

function isIconName(name: string): name is IconName {
  return Object.hasOwn(PATHS, name);
}
