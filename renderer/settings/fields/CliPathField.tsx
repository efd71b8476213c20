/** The path of the CLI; an empty field shows where the CLI was found. */
import { useApp } from '../../state/services';
import { type FieldProps, TextField } from './fields';

export function CliPathField(props: FieldProps) {
  const path = useApp((app) => app.cli.path);
  return <TextField {...props} setting={{ ...props.setting, placeholder: path ?? 'not found' }} />;
}
