import { Button, Modal } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { Job } from '../../../preload/contract/models.ts';
import { useAccounts } from '../../api/useAccounts.ts';
import { ConnectProfiles } from '../../components/connect/ConnectProfiles.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ErrorState } from '../../components/ErrorState.tsx';
import { JobProgress } from '../../components/jobs/JobProgress.tsx';
import { useShownJob } from '../../components/jobs/useJobs.ts';
import { TextSkeleton } from '../../components/Skeletons.tsx';
import { takeIntent, useNav } from '../../state/nav.ts';
import { AccountCard } from './AccountCard.tsx';
import classes from './accounts.module.css';
import { CellsTable } from './CellsTable.tsx';
import { ScanPanel } from './ScanPanel.tsx';

const FORGET: readonly Job['kind'][] = ['forget_account'];

/** Accounts, who acts in them, the scan, and how far each part of the estate was read. */
export function AccountsScreen() {
  const { accounts, isPending, error, refetch } = useAccounts();
  const [adding, setAdding] = useState(false);
  const { job, dismiss } = useShownJob(FORGET);
  const coverage = useRef<HTMLElement>(null);
  useShownSection(coverage);
  const connected = accounts.flatMap((account) => account.profiles.map((profile) => profile.name));
  return (
    <div className="screen-scroll" style={{ height: '100%', boxSizing: 'border-box' }}>
      <div className={classes.page}>
        <section aria-labelledby="accounts-title">
          <div className={classes.head}>
            <h2 id="accounts-title" className="section-title">
              Connected accounts
            </h2>
            <Button variant="default" onClick={() => setAdding(true)}>
              Add profiles
            </Button>
          </div>
          {error && <ErrorState error={error} onRetry={() => void refetch()} />}
          {isPending && <TextSkeleton lines={6} />}
          {!isPending && !error && accounts.length === 0 && (
            <div className={classes.empty}>
              <EmptyState
                title="No account is connected"
                actions={<Button onClick={() => setAdding(true)}>Use my AWS profiles</Button>}
              >
                A profile of ~/.aws connects the account it acts in. It starts read-only.
              </EmptyState>
            </div>
          )}
          {job && (
            <div className={classes.job}>
              <JobProgress job={job} onDismiss={dismiss} />
            </div>
          )}
          <div className={classes.cards}>
            {accounts.map((account) => (
              <AccountCard key={account.accountId} account={account} />
            ))}
          </div>
        </section>
        {accounts.length > 0 && (
          <>
            <ScanPanel />
            <CellsTable ref={coverage} />
          </>
        )}
      </div>
      <Modal opened={adding} onClose={() => setAdding(false)} title="Add profiles" size={820}>
        <ConnectProfiles
          connected={connected}
          onBack={() => setAdding(false)}
          doneLabel="Done"
          onDone={() => setAdding(false)}
        />
      </Modal>
    </div>
  );
}

function useShownSection(section: React.RefObject<HTMLElement | null>): void {
  const intent = useNav((state) => state.intent);
  useEffect(() => {
    if (intent?.screen !== 'accounts') return;
    takeIntent('accounts');
    section.current?.scrollIntoView({ block: 'start' });
  }, [intent, section]);
}
