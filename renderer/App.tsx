import { type ComponentType, useEffect } from 'react';
import { useConnection } from './api/bridge.ts';
import { useRequest } from './api/queries.ts';
import { useTheme } from './api/useTheme.ts';
import { ErrorBoundary } from './components/ErrorBoundary.tsx';
import { Toasts } from './components/Toasts.tsx';
import { AccountsScreen } from './features/accounts/AccountsScreen.tsx';
import { ActivityScreen } from './features/activity/ActivityScreen.tsx';
import { ChatScreen } from './features/chat/ChatScreen.tsx';
import { ExplorerScreen } from './features/explorer/ExplorerScreen.tsx';
import { FailedScreen, NoTokenScreen, StartingScreen } from './features/onboarding/AppScreens.tsx';
import { FirstStart } from './features/onboarding/FirstStart.tsx';
import { KeyScreen } from './features/onboarding/KeyScreen.tsx';
import { SettingsScreen } from './features/settings/SettingsScreen.tsx';
import { Frame } from './frame/Frame.tsx';
import { useFirstStart } from './state/firstStart.ts';
import type { ScreenId } from './state/nav.ts';

const SCREENS: Record<ScreenId, ComponentType> = {
  chat: ChatScreen,
  explorer: ExplorerScreen,
  activity: ActivityScreen,
  accounts: AccountsScreen,
  settings: SettingsScreen,
};

export function App() {
  useTheme();
  return (
    <>
      <ErrorBoundary name="The page">
        <Content />
      </ErrorBoundary>
      <Toasts />
    </>
  );
}

function Content() {
  const connection = useConnection((state) => state.state);
  const { data: status, error, refetch } = useRequest('app.status', {});
  const firstStartOpen = useFirstStart((state) => state.open);
  useEffect(() => {
    document.title = status?.workspace.sample ? 'CloudOps (sample)' : 'CloudOps';
  }, [status?.workspace.sample]);

  if (connection === 'no_token' || connection === 'unauthorized')
    return <NoTokenScreen reason={connection} />;
  if (!status) return <StartingScreen error={error} onRetry={refetch} />;
  if (status.phase === 'starting') return <StartingScreen error={null} onRetry={refetch} />;
  if (status.phase === 'key') return <KeyScreen status={status} />;
  if (status.phase === 'failed') return <FailedScreen status={status} />;
  if (firstStartOpen || !(status.onboarded || status.workspace.sample)) return <FirstStart />;
  return <Frame status={status} screens={SCREENS} />;
}
