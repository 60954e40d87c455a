import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { BackupInfo, ListedBackup } from '../../../preload/contract/models.ts';
import { request } from '../../api/client.ts';
import { queryKey } from '../../api/queries.ts';
import { holds, holdsInWords } from '../../components/backupWords.ts';
import { ConfirmDialog } from '../../components/ConfirmDialog.tsx';
import { bytes, count, exactTime } from '../../state/format.ts';
import classes from './backup.module.css';
import { copyWords, placeName } from './words.ts';

interface Props {
  /** At least one. */
  deleting: readonly ListedBackup[];
  backups: readonly BackupInfo[];
  onClose: () => void;
}

/** Asks, naming what is lost; deletes one after the other, and stops at the first that cannot be. */
export function DeleteDialog({ deleting, backups, onClose }: Props) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: async () => {
      for (const { backupId, place } of deleting) {
        const overview = await request('backup.delete', { backupId, place });
        client.setQueryData(queryKey('backup.overview', {}), overview);
      }
    },
    onSuccess: onClose,
  });
  const one = deleting.length === 1 ? deleting[0] : undefined;
  return (
    <ConfirmDialog
      opened
      title={one ? 'Delete this backup?' : `Delete ${count(deleting.length)} backups?`}
      confirmLabel="Delete"
      danger
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      {one ? <OneBackup backup={one} backups={backups} /> : <SeveralBackups backups={deleting} />}
      {deleting.some(({ place }) => place === 's3') && (
        <p className={`soft ${classes.note}`}>
          In a bucket with versioning, what is deleted stays as an older version until the bucket's own rules
          end it.
        </p>
      )}
    </ConfirmDialog>
  );
}

function OneBackup({ backup, backups }: { backup: BackupInfo; backups: readonly BackupInfo[] }) {
  return (
    <>
      The backup of {exactTime(backup.createdAt)} on {placeName(backup.place)} ({bytes(backup.sizeBytes)}) is
      deleted for good. It holds {holdsInWords(backup)}. {copyWords(backup, backups)}
    </>
  );
}

function SeveralBackups({ backups }: { backups: readonly BackupInfo[] }) {
  return (
    <>
      These are deleted for good:
      <ul className={classes.deleting}>
        {backups.map((backup) => (
          <li key={`${backup.backupId} ${backup.place}`}>
            {exactTime(backup.createdAt)}, {placeName(backup.place)}: {holds(backup.parts)},{' '}
            {bytes(backup.sizeBytes)}
          </li>
        ))}
      </ul>
    </>
  );
}
