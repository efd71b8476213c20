/** Shown in place of the log where no loaded request passes the filter. */
import { useAppStore, useAppStoreState } from '../../state/services';
import { plural } from '../../ui/format';
import { NoMatch } from '../../ui/list/NoMatch';

export function NoMatchingRequest({ onShowAll }: { onShowAll: () => void }) {
  const appStore = useAppStore();
  const older = useAppStoreState((state) => state.older);
  return (
    <NoMatch
      title="No request matches the filter"
      searched={`${plural(appStore.log.total(), 'request')} searched.`}
      older={older}
      searchOlder="Search older requests"
      onSearchOlder={() => void appStore.loadOlder()}
      onShowAll={onShowAll}
    />
  );
}
