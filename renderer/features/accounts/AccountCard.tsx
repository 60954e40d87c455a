import { Select, Switch } from '@mantine/core';
import type { Account } from '../../../preload/contract/models.ts';
import { useAction } from '../../api/queries.ts';
import { AccountBadge } from '../../components/AccountBadge.tsx';
import { Age } from '../../components/Age.tsx';
import { ErrorState } from '../../components/ErrorState.tsx';
import { Id } from '../../components/Id.tsx';
import { visible } from '../../components/plan/words.ts';
import { plural } from '../../state/format.ts';
import classes from './accounts.module.css';
import { ForgetAccount } from './ForgetAccount.tsx';
import { ProfileLine } from './ProfileLine.tsx';

/** One account: what was read of it, by whom, and which profiles may act. */
export function AccountCard({ account }: { account: Account }) {
  const update = useAction('accounts.update');
  const { accountId } = account;
  return (
    <article
      className={classes.card}
      aria-label={visible(account.name)}
      data-production={account.production || undefined}
    >
      <header className={classes.cardHead}>
        <h3 className={classes.cardName}>
          <AccountBadge accountId={accountId} />
        </h3>
        <Id value={accountId} />
        <span className="soft num">{plural(account.resourceCount, 'resource')}</span>
        <span className="soft">
          last scan <Age iso={account.lastScanAt} />
        </span>
        <span className={classes.space} />
        <Switch
          label="Production"
          labelPosition="left"
          checked={account.production}
          disabled={update.isPending}
          onChange={(event) =>
            update.mutate({ accountId, patch: { production: event.currentTarget.checked } })
          }
        />
      </header>
      {update.error && <ErrorState error={update.error} />}
      {account.profiles.length === 0 && (
        <p className={classes.damaged} role="note">
          The stored record of this account is damaged: which profiles reach it could not be read, and it
          counts as production. Add a profile of it again; what was read of the account is kept.
        </p>
      )}
      <div className={classes.scanBy}>
        <span className="soft" id={`scan-by-${accountId}`}>
          Scanned by
        </span>
        {account.profiles.length < 2 ? (
          <span>{account.scanningProfile}</span>
        ) : (
          <>
            <Select
              aria-labelledby={`scan-by-${accountId}`}
              w={200}
              data={account.profiles.map((profile) => profile.name)}
              value={account.scanningProfile}
              allowDeselect={false}
              disabled={update.isPending}
              onChange={(scanningProfile) => {
                if (scanningProfile) update.mutate({ accountId, patch: { scanningProfile } });
              }}
            />
            <span className={classes.scanHint}>
              One profile only: two of different power would remove what the other reads.
            </span>
          </>
        )}
        <span className={classes.space} />
        <ForgetAccount account={account} />
      </div>
      <ul className={classes.profiles} aria-label={`Profiles of ${visible(account.name)}`}>
        {account.profiles.map((profile) => (
          <ProfileLine key={profile.name} profile={profile} account={account} />
        ))}
      </ul>
    </article>
  );
}
