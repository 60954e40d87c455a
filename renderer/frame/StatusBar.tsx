import type { ReactNode } from 'react';
import type { Account, AppStatus } from '../../preload/contract/models.ts';
import { useConnection } from '../api/bridge.ts';
import { useRequest } from '../api/queries.ts';
import { useAccounts } from '../api/useAccounts.ts';
import { useScope } from '../api/useSettings.ts';
import { visible } from '../components/plan/words.ts';
import { StateShape } from '../components/StateLabel.tsx';
import { engineName, engineWord } from '../components/storage/engineWords.ts';
import { inScope, isUnlocked, unlockedFor } from '../state/access.ts';
import { ago, count, exactTime, plural, shortAccount, span } from '../state/format.ts';
import { type NavIntent, navigate, type ScreenId } from '../state/nav.ts';
import type { Tone } from '../state/stateTone.ts';
import { useNow } from '../state/time.ts';
import classes from './StatusBar.module.css';

const ENGINE_TONES: Record<AppStatus['engine']['state'], Tone> = {
  starting: 'pending',
  ready: 'running',
  restarting: 'pending',
  failed: 'failed',
  stopped: 'stopped',
};

/** What is going on, at the bottom of the window; each item leads to where it can be acted on. */
export function StatusBar({ status }: { status: AppStatus }) {
  const connection = useConnection((state) => state.state);
  return (
    <footer className={classes.root}>
      <EngineItem engine={status.engine} />
      <ScanItem />
      <DataAge status={status} />
      <IdentityItem />
      <BackupItem status={status} />
      <RecoveryItem status={status} />
      <span className={classes.space} />
      {connection !== 'connected' && (
        <span className={classes.warn} role="status">
          <StateShape tone="pending" /> reconnecting to CloudOps
        </span>
      )}
      {status.offline && (
        <Item to="accounts" title="AWS cannot be reached. What is shown is the last known state.">
          <StateShape tone="stopped" /> offline
        </Item>
      )}
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

function ScanItem() {
  const run = useRequest('scan.status', {}).data?.run;
  const to = { screen: 'accounts', section: 'coverage' } as const;
  if (!run) {
    return (
      <Item to="accounts" title="No scan has run yet.">
        not scanned
      </Item>
    );
  }
  if (run.state === 'running' || run.state === 'cancelling') {
    return (
      <Item to="accounts" title={`${count(run.found)} resources found so far`}>
        <StateShape tone="pending" />
        scan {run.cellsDone}/{run.cellsTotal}
      </Item>
    );
  }
  const ok = run.cellsDone - run.cellsFailed;
  return (
    <Item
      to={to}
      title={run.message ?? `${ok} of ${run.cellsTotal} cells were read`}
      warn={run.cellsFailed > 0}
    >
      {run.cellsFailed > 0 && <StateShape tone="pending" />}
      scan {run.state === 'done' ? `${ok}/${run.cellsTotal}` : run.state}
    </Item>
  );
}

function DataAge({ status }: { status: AppStatus }) {
  const now = useNow();
  if (!status.dataAsOf) return null;
  return (
    <Item
      to={{ screen: 'accounts', section: 'coverage' }}
      title={`${count(status.resources)} resources; the oldest part was read ${exactTime(status.dataAsOf)}`}
    >
      data {span(Math.max(0, now - Date.parse(status.dataAsOf)))} old
    </Item>
  );
}

function IdentityItem() {
  const now = useNow(10_000);
  const { accounts } = useAccounts();
  const shown = inScope(accounts, useScope().accountIds);
  if (shown.length === 0) return null;
  const unlocked = shown.flatMap((account) =>
    account.profiles.filter((p) => isUnlocked(p, now)).map((profile) => ({ account, profile })),
  );
  const first = unlocked[0];
  if (!first) {
    return (
      <Item to="accounts" title="Every profile in scope may only read. Unlock one to change things.">
        {shown.length === 1 && shown[0] ? `${ownName(shown[0])} (read-only)` : 'read-only everywhere'}
      </Item>
    );
  }
  const left = unlockedFor(first.profile, now);
  const more = unlocked.length > 1 ? ` +${unlocked.length - 1}` : '';
  return (
    <Item to="accounts" warn title={`${unlocked.length} of the profiles in scope may change things.`}>
      {first.profile.name}@{visible(first.account.name)} {shortAccount(first.account.accountId)}
      {more} (unlocked{left === null ? '' : `, ${span(left)} left`})
    </Item>
  );
}

function BackupItem({ status: { backup, workspace } }: { status: AppStatus }) {
  const now = useNow(10_000);
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
  const age = lastGoodAt && ago(lastGoodAt, Math.max(now, Date.parse(lastGoodAt)));
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

const ownName = (account: Account) =>
  `${account.scanningProfile}@${visible(account.name)} ${shortAccount(account.accountId)}`;
