import { type ComponentType, useEffect } from 'react';
import { useConnection } from './api/bridge.ts';
import { request } from './api/client.ts';
import { useRequest } from './api/queries.ts';
import { useIdleLock } from './api/useIdleLock.ts';
import { useTheme } from './api/useTheme.ts';
import { ErrorBoundary } from './components/ErrorBoundary.tsx';
import { RestoreWizard, useRunningRestore } from './components/restore/RestoreWizard.tsx';
import { closeRestore, useWizard } from './components/restore/wizardStore.ts';
import { Toasts } from './components/Toasts.tsx';
import { AccountsScreen } from './features/accounts/AccountsScreen.tsx';
import { ActivityScreen } from './features/activity/ActivityScreen.tsx';
import { BackupScreen } from './features/backup/BackupScreen.tsx';
import { ChatScreen } from './features/chat/ChatScreen.tsx';
import { ExplorerScreen } from './features/explorer/ExplorerScreen.tsx';
import { FailedScreen, NoTokenScreen, StartingScreen } from './features/onboarding/AppScreens.tsx';
import { FirstStart } from './features/onboarding/FirstStart.tsx';
import { KeyScreen } from './features/onboarding/KeyScreen.tsx';
import { LockScreen } from './features/onboarding/LockScreen.tsx';
import { SettingsScreen } from './features/settings/SettingsScreen.tsx';
import { Frame } from './frame/Frame.tsx';
import { useFirstStart } from './state/firstStart.ts';
import type { ScreenId } from './state/nav.ts';
import { notifyError, notifyUntilRead } from './state/toasts.ts';

const SCREENS: Record<ScreenId, ComponentType> = {
  chat: ChatScreen,
  explorer: ExplorerScreen,
  activity: ActivityScreen,
  accounts: AccountsScreen,
  backup: BackupScreen,
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
  const wizard = useWizard((state) => state.wizard);
  const firstStartOpen = useFirstStart((state) => state.open);
  useRunningRestore();
  useIdleLock(status?.phase === 'ready');
  useEffect(() => {
    // What was typed into the wizard does not outlast a lock; a restore under way is found again by its job.
    if (status?.phase === 'locked') closeRestore();
  }, [status?.phase]);
  useNotice(status?.notice ?? null);

  if (connection === 'no_token' || connection === 'unauthorized')
    return <NoTokenScreen reason={connection} />;
  if (!status) return <StartingScreen error={error} onRetry={refetch} />;
  // Before the phases: a restore takes the workspace through them, and its progress is what is being watched.
  if (wizard && status.phase !== 'locked') return <RestoreWizard wizard={wizard} />;
  if (status.phase === 'starting')
    return <StartingScreen error={null} onRetry={refetch} doing={status.engine.message} />;
  if (status.phase === 'locked') return <LockScreen status={status} />;
  if (status.phase === 'key') return <KeyScreen status={status} />;
  if (status.phase === 'failed') return <FailedScreen status={status} />;
  if (firstStartOpen || !(status.onboarded || status.workspace.sample)) return <FirstStart />;
  return <Frame status={status} screens={SCREENS} />;
}

/** What the app tells once after its start, on whichever screen that opens. */
function useNotice(notice: string | null): void {
  useEffect(() => {
    if (notice === null) return;
    return notifyUntilRead(notice, () => void request('app.noticeRead', {}).catch(notifyError));
  }, [notice]);
}
