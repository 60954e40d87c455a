import { Button } from '@mantine/core';
import { IconLock, IconLockOpen } from '@tabler/icons-react';
import { useState } from 'react';
import type { Account } from '../../../preload/contract/models.ts';
import { useAction } from '../../api/queries.ts';
import { UnlockDialog } from '../../components/UnlockDialog.tsx';
import { isUnlocked, unlockedFor } from '../../state/access.ts';
import { exactTime, roleName, span } from '../../state/format.ts';
import { useTicking } from '../../state/time.ts';
import { notifyError } from '../../state/toasts.ts';
import classes from './accounts.module.css';

interface Props {
  profile: Account['profiles'][number];
  account: Account;
}

/** One acting profile: read-only, or unlocked for a while by a deliberate act. */
export function ProfileLine({ profile, account }: Props) {
  const [asking, setAsking] = useState(false);
  const lock = useAction('profiles.lock');
  const open = useTicking((now) => isUnlocked(profile, now));
  const left = useTicking((now) => {
    const ms = unlockedFor(profile, now);
    return ms === null ? null : span(ms);
  });
  return (
    <li className={classes.profile}>
      <span className={classes.profileName}>{profile.name}</span>
      <span className="soft truncate" title={profile.arn}>
        {roleName(profile.arn)}
      </span>
      <span className={classes.access} data-open={open || undefined}>
        {open ? <IconLockOpen size={14} aria-hidden="true" /> : <IconLock size={14} aria-hidden="true" />}
        {open ? 'unlocked' : 'read-only'}
        {open && left !== null && profile.unlockedUntil && (
          <span className="num" title={exactTime(profile.unlockedUntil)}>
            {left} left
          </span>
        )}
      </span>
      {open ? (
        <Button
          variant="default"
          h={26}
          loading={lock.isPending}
          onClick={() => lock.mutate({ profile: profile.name }, { onError: notifyError })}
        >
          Lock<span className="visually-hidden"> {profile.name}</span>
        </Button>
      ) : (
        <Button variant="default" h={26} onClick={() => setAsking(true)}>
          Unlock for 1 h<span className="visually-hidden">: {profile.name}</span>
        </Button>
      )}
      <UnlockDialog
        opened={asking}
        profile={profile}
        account={account}
        onUnlocked={() => setAsking(false)}
        onClose={() => setAsking(false)}
      />
    </li>
  );
}
