/** What can be done with a request: buttons in its details, entries in its menu. */
import type { RequestRow } from '../../../app/shared/contract';
import { callErrorText } from '../../state/callErrorText';
import { useCommands, useNavigation, useServices, useStoredConversations } from '../../state/services';
import type { MenuItem } from '../../ui/menu/MenuPopup';
import { isLive } from '../list/requestStatus';
import type { RequestsStore } from '../requestsStore';

export interface RequestAction extends MenuItem {
  id: 'stop' | 'again' | 'curl' | 'json' | 'har' | 'conversation';
  onSelect: () => void;
}

/** The clipboard call of the app takes no more characters. */
const COPY_LIMIT = 1_000_000;

/** Those that apply to the request. What fails is said in words, as a notice. @param onOpen selects a request and shows its details */
export function useRequestActions(
  row: RequestRow | null,
  store: RequestsStore,
  onOpen: (id: string) => void,
): RequestAction[] {
  const commands = useCommands();
  const { notices } = useServices();
  const navigation = useNavigation();
  const storedConversations = useStoredConversations();
  if (!row) return [];
  const { id, conversation, at } = row;
  const asksModel = row.model !== '';
  const attempt = (action: () => Promise<string | null>) => () =>
    void action().then(
      (message) => message !== null && notices.show(message),
      (error) => notices.show(callErrorText(error)),
    );
  const copy = async (text: string) => {
    await commands.call('clipboard.copy', text);
    return 'Copied.';
  };

  const actions: RequestAction[] = [];
  if (isLive(row.phase))
    actions.push({ id: 'stop', label: 'Stop', icon: 'stop', onSelect: () => void commands.run('requests.stop', id) });
  if (asksModel)
    actions.push({
      id: 'again',
      label: 'Ask again',
      icon: 'M13 8A5 5 0 1 1 11.3 4.2 M11.5 2V4.5H9',
      onSelect: attempt(async () => {
        onOpen(await commands.call('requests.askAgain', id));
        store.list.resume();
        return null;
      }),
    });
  actions.push(
    {
      id: 'curl',
      label: 'Copy as curl',
      icon: 'M3 4.5 6.5 8 3 11.5 M8 12H13',
      onSelect: attempt(async () => copy(await commands.call('requests.curl', id))),
    },
    {
      id: 'json',
      label: 'Copy as JSON',
      icon: 'copy',
      onSelect: attempt(async () => {
        const [details, texts] = await Promise.all([
          commands.call('requests.details', id),
          commands.call('requests.said', id, -1).catch(() => null),
        ]);
        const said = typeof texts === 'string' ? null : texts;
        const whole = JSON.stringify({ ...(details ?? row), said }, null, 2);
        if (whole.length <= COPY_LIMIT) return copy(whole);
        await copy(JSON.stringify(details ?? row, null, 2));
        return 'Copied without the texts, which are too long for the clipboard.';
      }),
    },
    {
      id: 'har',
      label: 'Export as HAR…',
      icon: 'M8 2.5V10 M4.8 6.9 8 10.1 11.2 6.9 M3 13.5H13',
      onSelect: attempt(async () => {
        const file = await commands.call('requests.exportHar', [id]);
        return file === null ? null : `Saved in ${file}`;
      }),
    },
  );
  if (conversation !== null)
    actions.push({
      id: 'conversation',
      label: 'Go to conversation',
      icon: 'history',
      onSelect: () => {
        void storedConversations.find(conversation, at);
        navigation.open('history', conversation);
      },
    });
  return actions;
}
