/** The rows of a long list as its grid reads them, and where the list was scrolled to. */

/** The height of a row, in pixels. */
export const ROW_HEIGHT = 28;

export interface GridRow {
  readonly id: string;
  /** For styles: the row has it as `data-phase`. */
  readonly phase?: string;
}

/** The rows as the grid reads them; they may be changed in place. Indexes count from the top. */
export interface Rows<T extends GridRow> {
  count(): number;
  row(index: number): T | undefined;
  /** -1 where the row is not among them. */
  indexOf(id: string): number;
}

/** Where the list was scrolled to. Its owner keeps it while another page is shown. */
export interface GridPosition {
  /** The row at the top of the view, and how many pixels of it are above the view; null while the list follows its newest row. */
  top: { id: string; offset: number } | null;
  /** The newest row when the user scrolled away from the top. */
  newestSeen: string | null;
  /** The selected row that was last brought into view. */
  revealed: string | null;
}

export function topPosition(): GridPosition {
  return { top: null, newestSeen: null, revealed: null };
}
