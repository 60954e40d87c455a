import type { ReactNode } from 'react';
import type { AppStatus } from '../../preload/contract/models.ts';
import { useConnection } from '../api/bridge.ts';
import { useRequest } from '../api/queries.ts';
import { useAccounts } from '../api/useAccounts.ts';
import { useScope } from '../api/useSettings.ts';
import { useBackupAge, useDataAge, useScanStanding } from '../api/useStanding.ts';
import { StateShape } from '../components/StateLabel.tsx';
import { engineName, engineWord } from '../components/storage/engineWords.ts';
import { count, exactTime, plural } from '../state/format.ts';
import { type NavIntent, navigate, type ScreenId } from '../state/nav.ts';
import type { Tone } from '../state/stateTone.ts';
import { useTicking } from '../state/time.ts';
import { identityWords } from './identityWords.ts';
import classes from './StatusBar.module.css';

const ENGINE_TONES: Record<AppStatus['engine']['state'], Tone> = {
  starting: 'pending',
  ready: 'running',
  restarting: 'pending',
  failed: 'failed',
  stopped: 'stopped',
};

/** What is going on, what matters most first; each item leads to where it can be acted on. */
export function StatusBar({ status }: { status: AppStatus }) {
  const connection = useConnection((state) => state.state);
  return (
    <footer className={classes.root}>
      {connection !== 'connected' && (
        <span className={classes.warn} role="status">
          <StateShape tone="pending" /> reconnecting to CloudOps
        </span>
      )}
      <IdentityItem />
      <RunningItem />
      {status.offline && (
        <Item to="accounts" warn title="AWS cannot be reached. What is shown is the last known state.">
          <StateShape tone="stopped" /> offline
        </Item>
      )}
      <DataAge status={status} />
      <ScanItem />
      <BackupItem status={status} />
      <RecoveryItem status={status} />
      <EngineItem engine={status.engine} />
      {status.workspace.sample && (
        <Item to="settings" title="A simulated estate: nothing here reaches AWS.">
          sample
        </Item>
      )}
    </footer>
  );
}

interface ItemProps {
  to: ScreenId | NavIntent;
  title: string;
  warn?: boolean;
  children: ReactNode;
}

function Item({ to, title, warn = false, children }: ItemProps) {
  return (
    <button
      type="button"
      className={classes.item}
      data-warn={warn || undefined}
      title={title}
      onClick={() => navigate(to)}
    >
      {children}
    </button>
  );
}

/** Who may change things, and for how long. */
function IdentityItem() {
  const { accounts } = useAccounts();
  const { accountIds } = useScope();
  const words = useTicking((now) => identityWords(accounts, accountIds, now)?.text ?? null);
  const unlocked = useTicking((now) => identityWords(accounts, accountIds, now)?.unlocked ?? 0);
  if (words === null) return null;
  const title =
    unlocked === 0
      ? 'Every profile in scope may only read. Unlock one to change things.'
      : `${plural(unlocked, 'profile')} in scope may change things. Lock them in Accounts.`;
  return (
    <Item to="accounts" warn={unlocked > 0} title={title}>
      {words}
    </Item>
  );
}

const RUNNING = { text: '', states: ['checking', 'sending', 'waiting'] } as const;

function RunningItem() {
  const running = useRequest('activity.query', { ...RUNNING, states: [...RUNNING.states] }).data?.total ?? 0;
  if (running === 0) return null;
  return (
    <Item to="activity" title="Approved and followed until its end is seen.">
      <StateShape tone="pending" /> {plural(running, 'change')} running
    </Item>
  );
}

function DataAge({ status }: { status: AppStatus }) {
  const words = useDataAge(status);
  if (words === null || status.dataAsOf === null) return null;
  return (
    <Item
      to={{ screen: 'accounts', section: 'coverage' }}
      title={`${count(status.resources)} resources; the oldest part was read ${exactTime(status.dataAsOf)}`}
    >
      data {words} old
    </Item>
  );
}

function ScanItem() {
  const { scan } = useScanStanding();
  if (!scan) return null;
  const { how, tone, word, read, total, problems } = scan;
  const busy = how === 'running' || how === 'cancelling';
  const to = busy || how === 'never' ? 'accounts' : ({ screen: 'accounts', section: 'coverage' } as const);
  const bad = problems > 0 || how === 'failed';
  const title = busy
    ? `${plural(scan.found, 'resource')} found so far`
    : how === 'never'
      ? 'No scan has run yet.'
      : `${count(read)} of ${plural(total, 'part')} of the accounts are read`;
  return (
    <Item to={to} title={title} warn={bad}>
      {(busy || bad) && <StateShape tone={tone} />}
      {how === 'never' ? word : scanWords(how, `${count(read)}/${count(total)}`)}
    </Item>
  );
}

function scanWords(how: string, parts: string): string {
  if (how === 'nothing') return `scan ${parts}: nothing was read`;
  return how === 'cancelled' || how === 'failed' ? `scan ${how}, ${parts}` : `scan ${parts}`;
}

function BackupItem({ status: { backup, workspace } }: { status: AppStatus }) {
  const age = useBackupAge(backup);
  const { lastGoodAt, overdue, running } = backup;
  if (running) {
    return (
      <Item to="backup" title="A backup is being made.">
        <StateShape tone="pending" /> backing up
      </Item>
    );
  }
  // The sample can be made anew at any time.
  if (lastGoodAt === null && workspace.sample) return null;
  return (
    <Item
      to="backup"
      warn={overdue}
      title={
        lastGoodAt === null
          ? 'No backup was made yet.'
          : `Last good backup ${exactTime(lastGoodAt)}${overdue ? '; the next one is overdue' : ''}`
      }
    >
      {overdue && <StateShape tone="pending" />}
      {age === null ? 'no backup' : `backup ${age}`}
    </Item>
  );
}

/** Until one is made, also when it was put off: without it the backups open on this machine only. */
function RecoveryItem({ status: { recoveryMissing, workspace, unencrypted } }: { status: AppStatus }) {
  const wanted = !workspace.sample && !unencrypted;
  const { data: keys } = useRequest('key.info', {}, { enabled: wanted });
  const none = keys ? !keys.slots.some(({ kind }) => kind === 'recovery') : recoveryMissing;
  if (!wanted || !none) return null;
  return (
    <Item
      to={{ screen: 'settings', section: 'keys' }}
      warn={recoveryMissing}
      title="Without a recovery key no other machine can open your backups."
    >
      {recoveryMissing && <StateShape tone="pending" />}
      no recovery key
    </Item>
  );
}

/** A fault of the storage is seen here, on whatever screen one is. */
function EngineItem({ engine }: { engine: AppStatus['engine'] }) {
  const warnings = useRequest('app.health', {}).data?.warnings ?? [];
  const ready = engine.state === 'ready';
  const title = engine.message || (ready && warnings[0]) || `Storage engine: ${engineName(engine)}`;
  return (
    <Item to={{ screen: 'settings', section: 'storage' }} title={title} warn={!ready || warnings.length > 0}>
      <StateShape tone={ready && warnings.length > 0 ? 'pending' : ENGINE_TONES[engine.state]} />
      {engineWord(engine)} {engine.state}
      {ready && warnings.length > 0 && `, ${plural(warnings.length, 'warning')}`}
    </Item>
  );
}
