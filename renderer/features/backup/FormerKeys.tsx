import { Button } from '@mantine/core';
import type { ListedBackup } from '../../../preload/contract/models.ts';
import { count, plural } from '../../state/format.ts';
import { Notice } from './Notice.tsx';
import { formerKeyBackups } from './words.ts';

interface Props {
  backups: readonly ListedBackup[];
  onDelete: (backups: readonly ListedBackup[]) => void;
}

/** A key that was replaced or revoked still opens what was made before: said until those backups are gone. */
export function FormerKeys({ backups, onDelete }: Props) {
  const { all, removable } = formerKeyBackups(backups);
  if (all.length === 0) return null;
  const kept = all.length - removable.length;
  return (
    <Notice
      action={
        removable.length > 0 && (
          <Button variant="default" onClick={() => onDelete(removable)}>
            Delete {removable.length === 1 ? 'it' : `these ${count(removable.length)}`}
          </Button>
        )
      }
    >
      {plural(all.length, 'backup')} can still be opened with a recovery key or passphrase that was replaced
      or revoked. If someone else may have it,{' '}
      {kept === 0
        ? 'delete them.'
        : removable.length === 0
          ? 'back up again, then delete them: nothing newer stands in for them yet.'
          : `back up again, then delete them: nothing newer stands in for ${count(kept)} of them yet.`}
    </Notice>
  );
}
