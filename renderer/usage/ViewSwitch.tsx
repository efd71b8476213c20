/** Switches a chart between its picture and its table. */
export interface ViewSwitchProps {
  label: string;
  showsTable: boolean;
  onChange: (showsTable: boolean) => void;
}

export function ViewSwitch({ label, showsTable, onChange }: ViewSwitchProps) {
  return (
    <fieldset className="segments usage-view" aria-label={label}>
      <button type="button" aria-pressed={!showsTable} onClick={() => onChange(false)}>
        Chart
      </button>
      <button type="button" aria-pressed={showsTable} onClick={() => onChange(true)}>
        Table
      </button>
    </fieldset>
  );
}
