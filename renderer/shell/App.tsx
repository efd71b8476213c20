/** The root component: the window once the app has sent its snapshot, or why it has not. */
import { type Services, ServicesContext, useAppStore, useAppStoreState } from '../state/services';
import { MainLayout } from './MainLayout';
import { Notice } from './Notice';

export function App({ services }: { services: Services }) {
  return (
    <ServicesContext value={services}>
      <ConnectedApp />
      <Notice />
    </ServicesContext>
  );
}

function ConnectedApp() {
  const appStore = useAppStore();
  const connected = useAppStoreState((state) => state.app !== null);
  const failure = useAppStoreState((state) => state.failure);
  if (connected) return <MainLayout />;
  if (failure === null) return null;
  return (
    <main className="unreachable" role="alert">
      <h1>Claudacity does not respond</h1>
      <p>{failure}</p>
      <button type="button" className="button button-main" onClick={() => void appStore.connect()}>
        Try again
      </button>
    </main>
  );
}
