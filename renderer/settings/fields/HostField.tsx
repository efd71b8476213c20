/** The address to listen on: one of the two that most users need, or any other. */
import { useState } from 'react';
import { type FieldProps, TextField } from './fields';

const COMMON_HOSTS = [
  { host: '0.0.0.0', label: 'Every network of this computer' },
  { host: '127.0.0.1', label: 'This computer only' },
];
const OTHER = 'other';

export function HostField(props: FieldProps) {
  const { id, name, text, describedBy, onCommit } = props;
  const isCommon = COMMON_HOSTS.some(({ host }) => host === text);
  const [wantsOther, setWantsOther] = useState(false);
  const showsOther = wantsOther || !isCommon;
  return (
    <span className="host-field">
      <select
        id={id}
        name={name}
        className="field"
        value={showsOther ? OTHER : text}
        aria-describedby={describedBy}
        onChange={(event) => {
          setWantsOther(event.target.value === OTHER);
          if (event.target.value !== OTHER) onCommit(event.target.value);
        }}
      >
        {COMMON_HOSTS.map(({ host, label }) => (
          <option key={host} value={host}>
            {label} ({host})
          </option>
        ))}
        <option value={OTHER}>Another address…</option>
      </select>
      {showsOther && <TextField {...props} id={`${id}-other`} ariaLabel="Address to listen on" />}
    </span>
  );
}
