import type { Account } from '../../preload/contract/models.ts';
import { useAction } from '../api/queries.ts';
import { roleName } from '../state/format.ts';
import { ConfirmDialog } from './ConfirmDialog.tsx';
import { visible } from './plan/words.ts';

export const UNLOCK_MINUTES = 60;

interface Props {
  opened: boolean;
  profile: { name: string; arn: string };
  account: Pick<Account, 'name' | 'accountId' | 'production'>;
  onUnlocked: () => void;
  onClose: () => void;
}

/** The one way to unlock a profile, wherever it is asked for: it says what may be changed then, in red for production. */
export function UnlockDialog({ opened, profile, account, onUnlocked, onClose }: Props) {
  const unlock = useAction('profiles.unlock', onUnlocked);
  return (
    <ConfirmDialog
      opened={opened}
      title={`Unlock ${visible(profile.name)} for 1 hour?`}
      confirmLabel="Unlock for 1 h"
      danger={account.production}
      busy={unlock.isPending}
      error={unlock.error}
      onConfirm={() => unlock.mutate({ profile: profile.name, minutes: UNLOCK_MINUTES })}
      onClose={onClose}
    >
      Until then approved plans may change {account.production ? 'the production account' : 'the account'}{' '}
      {visible(account.name)} ({account.accountId}) as {roleName(profile.arn)}. Each change still needs its
      own approval.
    </ConfirmDialog>
  );
}
