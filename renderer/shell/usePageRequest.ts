/** Opens the page that the user has asked for in the tray or with a notification. */
import { useEffect } from 'react';
import { useApp, useCommands, useNavigation } from '../state/services';

export function usePageRequest(): void {
  const request = useApp((app) => app.desktop.pageRequest);
  const navigation = useNavigation();
  const commands = useCommands();
  useEffect(() => {
    if (!request) return;
    navigation.open(request.page, request.target ?? undefined);
    void commands.run('desktop.pageOpened');
  }, [request, navigation, commands]);
}
