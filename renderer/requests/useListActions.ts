/** What can be done with all listed requests: the entries of the menu in the filter bar. */
import { useState } from 'react';
import { callErrorText } from '../state/callErrorText';
import { useCommands, useServices } from '../state/services';
import { useStoreState } from '../state/store';
import { keyName } from '../ui/keys';
import type { MenuItem } from '../ui/menu/MenuPopup';
import type { RequestsStore } from './requestsStore';

/** An HAR file has no more. */
const MOST_EXPORTED = 1_000;

export function useListActions(store: RequestsStore, onClear: () => void): MenuItem[] {
  const commands = useCommands();
  const { notices } = useServices();
  const foldsPolls = useStoreState(store, (state) => state.foldsPolls);
  const [isExporting, setIsExporting] = useState(false);
  const exportAll = async () => {
    setIsExporting(true);
    try {
      const ids = await store.list.newestIds(MOST_EXPORTED);
      if (ids.length === 0) return notices.show('There is no request to export.');
      const file = await commands.call('requests.exportHar', ids);
      if (file !== null) notices.show(`Saved ${ids.length} requests in ${file}`);
    } catch (error) {
      notices.show(callErrorText(error));
    } finally {
      setIsExporting(false);
    }
  };
  return [
    {
      id: 'polls',
      label: 'Fold polls into one line per client',
      checked: foldsPolls,
      onSelect: () => store.set({ foldsPolls: !foldsPolls }),
    },
    {
      id: 'har',
      label: isExporting ? 'Exporting…' : 'Export these as HAR (at most 1,000)',
      isFirstOfGroup: true,
      disabled: isExporting,
      onSelect: () => void exportAll(),
    },
    {
      id: 'clear',
      label: 'Clear the log…',
      icon: 'trash',
      note: keyName('k'),
      isFirstOfGroup: true,
      onSelect: onClear,
    },
  ];
}
