import { ActionIcon, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { BackupInfo } from '../../../preload/contract/models.ts';
import { queryKey, useAction } from '../../api/queries.ts';
import { Age } from '../../components/Age.tsx';
import { BackupState } from '../../components/BackupState.tsx';
import { ConfirmDialog } from '../../components/ConfirmDialog.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { useJobs, useKeepJob } from '../../components/jobs/useJobs.ts';
import { isRestorable } from '../../components/restore/wizard.ts';
import { openRestore } from '../../components/restore/wizardStore.ts';
import { bytes, count, exactTime } from '../../state/format.ts';
import { notifyError } from '../../state/toasts.ts';
import classes from './backup.module.css';
import { keptWhy, listed, placeName } from './words.ts';

const SHOWN = 50;

/** Every backup of this install in every place, newest first. */
export function BackupTable({ backups }: { backups: readonly BackupInfo[] }) {
  const [all, setAll] = useState(false);
  const [deleting, setDeleting] = useState<BackupInfo | null>(null);
  const rows = listed(backups);
  return (
    <section aria-labelledby="backups-title">
      <h2 id="backups-title" className={`section-title ${classes.sectionTitle}`}>
        Backups
      </h2>
      {rows.length === 0 ? (
        <div className={classes.box}>
          <EmptyState title="No backup was made yet">
            A backup holds conversations, resources and state, encrypted. With your recovery key it comes back
            on any machine.
          </EmptyState>
        </div>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <div className={classes.tableBox} tabIndex={0}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">Made</th>
                <th scope="col">Place</th>
                <th scope="col">State</th>
                <th scope="col" data-num>
                  Resources
                </th>
                <th scope="col" data-num>
                  Chat
                </th>
                <th scope="col" data-num>
                  State records
                </th>
                <th scope="col" data-num>
                  Size
                </th>
                <th scope="col">Reason</th>
                <th scope="col">
                  <span className="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {(all ? rows : rows.slice(0, SHOWN)).map((backup) => (
                <BackupRow
                  key={`${backup.backupId} ${backup.place}`}
                  backup={backup}
                  kept={keptWhy(backup, backups)}
                  onDelete={() => setDeleting(backup)}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {!all && rows.length > SHOWN && (
        <button type="button" className="link-button" onClick={() => setAll(true)}>
          Show all {count(rows.length)}
        </button>
      )}
      {deleting && <DeleteDialog backup={deleting} onClose={() => setDeleting(null)} />}
    </section>
  );
}

interface RowProps {
  backup: BackupInfo;
  /** Why it may not be deleted; null = it may. */
  kept: string | null;
  onDelete: () => void;
}

function BackupRow({ backup, kept, onDelete }: RowProps) {
  return (
    <tr>
      <td>
        <Age iso={backup.createdAt} />
      </td>
      <td>{placeName(backup.place)}</td>
      <td>
        <BackupState backup={backup} />
      </td>
      <td data-num>{count(backup.counts.aws_estate)}</td>
      <td data-num>{count(backup.counts.chat_history)}</td>
      <td data-num>{count(backup.counts.state)}</td>
      <td data-num>{bytes(backup.sizeBytes)}</td>
      <td className={classes.reason} title={backup.reason}>
        {backup.reason}
      </td>
      <td>
        <RowMenu backup={backup} kept={kept} onDelete={onDelete} />
      </td>
    </tr>
  );
}

function RowMenu({ backup, kept, onDelete }: RowProps) {
  const { running } = useJobs();
  const prove = useAction('backup.prove', useKeepJob());
  const { backupId, place } = backup;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon size="sm" aria-label={`Actions for the backup of ${exactTime(backup.createdAt)}`}>
          <IconDots size={14} stroke={1.75} aria-hidden="true" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          disabled={running !== null || backup.state === 'newer'}
          onClick={() => prove.mutate({ backupId, place }, { onError: notifyError })}
        >
          Prove: read and verify all of it
        </Menu.Item>
        <Menu.Item disabled={running !== null || !isRestorable(backup)} onClick={() => openRestore(backup)}>
          Restore
        </Menu.Item>
        <Menu.Divider role="separator" />
        <Menu.Item disabled={kept !== null} title={kept ?? undefined} c="var(--danger)" onClick={onDelete}>
          Delete
        </Menu.Item>
        {kept && <Menu.Label>{kept}</Menu.Label>}
      </Menu.Dropdown>
    </Menu>
  );
}

function DeleteDialog({ backup, onClose }: { backup: BackupInfo; onClose: () => void }) {
  const client = useQueryClient();
  const remove = useAction('backup.delete', (overview) => {
    client.setQueryData(queryKey('backup.overview', {}), overview);
    onClose();
  });
  const { backupId, place } = backup;
  return (
    <ConfirmDialog
      opened
      title="Delete this backup?"
      confirmLabel="Delete"
      danger
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate({ backupId, place })}
      onClose={onClose}
    >
      The backup of {exactTime(backup.createdAt)} on {placeName(place)} ({bytes(backup.sizeBytes)}) is deleted
      for good. Copies of it in other places stay.
    </ConfirmDialog>
  );
}
