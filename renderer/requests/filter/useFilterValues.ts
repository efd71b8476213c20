/** The values that occur in the log, for menus and typed filters. */
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { FilterValues } from '../../../app/shared/contract';
import { useApp, useCommands } from '../../state/services';
import type { KnownValues } from './filterSyntax';

const NO_VALUES: FilterValues = { clients: [], models: [], keys: [] };

/** They are read when the page is opened, and again with `refresh`. */
export function useFilterValues(): [known: KnownValues, refresh: () => void] {
  const commands = useCommands();
  const dialects = useApp(({ app }) => app.dialects);
  const ownKeys = useApp(({ keys }) => keys.keys);
  const [values, setValues] = useState(NO_VALUES);
  const refresh = useCallback(() => {
    // Without them, what is typed is taken as it is written.
    commands.call('requests.filterValues').then(setValues, () => undefined);
  }, [commands]);
  useEffect(refresh, [refresh]);
  const known = useMemo(() => {
    // A key that was deleted is known only from its requests.
    const names = new Map([...values.keys, ...ownKeys].map(({ id, name }) => [id, name]));
    const keys = [...names].map(([id, name]) => ({ id, name }));
    return { ...values, keys, dialects };
  }, [values, ownKeys, dialects]);
  return [known, refresh];
}
