import { ActionIcon, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useState } from 'react';
import type { BackupInfo, BackupPart, ListedBackup, S3Place } from '../../../preload/contract/models.ts';
import { useAction } from '../../api/queries.ts';
import { Age } from '../../components/Age.tsx';
import { BackupState } from '../../components/BackupState.tsx';
import { holds } from '../../components/backupWords.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { useJobs, useKeepJob } from '../../components/jobs/useJobs.ts';
import { isRestorable } from '../../components/restore/wizard.ts';
import { openRestore } from '../../components/restore/wizardStore.ts';
import { bytes, count, exactTime } from '../../state/format.ts';
import { notifyError } from '../../state/toasts.ts';
import classes from './backup.module.css';
import { DeleteDialog } from './DeleteDialog.tsx';
import { FormerKeys } from './FormerKeys.tsx';
import { keptWhy, listed, placeName } from './words.ts';

const SHOWN = 50;

interface Props {
  backups: readonly ListedBackup[];
  /** Where those in S3 lie. */
  s3: S3Place | null;
  sample: boolean;
}

/** Every backup of this install in every place, newest first. */
export function BackupTable({ backups, s3, sample }: Props) {
  const [all, setAll] = useState(false);
  const [deleting, setDeleting] = useState<readonly ListedBackup[]>([]);
  const rows = listed(backups);
  return (
    <section aria-labelledby="backups-title">
      <h2 id="backups-title" className={`section-title ${classes.sectionTitle}`}>
        Backups
      </h2>
      <FormerKeys backups={rows} onDelete={setDeleting} />
      {rows.length === 0 ? (
        <div className={classes.box}>
          <EmptyState title="No backup was made yet">
            {sample
              ? 'Make one to see how it is proved, exported and restored. It holds the made-up data of the sample alone.'
              : 'A backup holds conversations, resources and state, encrypted. With your recovery key it comes back on any machine.'}
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
                <th scope="col">Holds</th>
                <th scope="col" data-num>
                  Resources
                </th>
                <th scope="col" data-num>
                  Conversations
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
                  onRestore={() => openRestore({ backup, backups, s3 })}
                  onDelete={() => setDeleting([backup])}
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
      {deleting.length > 0 && (
        <DeleteDialog deleting={deleting} backups={backups} onClose={() => setDeleting([])} />
      )}
    </section>
  );
}

interface RowProps {
  backup: ListedBackup;
  onRestore: () => void;
  onDelete: () => void;
}

function BackupRow(props: RowProps) {
  const { backup } = props;
  return (
    <tr>
      <td>
        <Age iso={backup.createdAt} />
      </td>
      <td>{placeName(backup.place)}</td>
      <td>
        <BackupState backup={backup} />
        {backup.opensWithFormerKey && (
          <span
            className={classes.former}
            title="A recovery key or passphrase that was replaced or revoked opens it."
          >
            former key
          </span>
        )}
      </td>
      <td>{holds(backup.parts)}</td>
      <Records backup={backup} part="aws_estate" />
      <Conversations backup={backup} />
      <Records backup={backup} part="state" />
      <td data-num>{bytes(backup.sizeBytes)}</td>
      <td className={classes.reason} title={backup.reason}>
        {backup.reason}
      </td>
      <td>
        <RowMenu {...props} />
      </td>
    </tr>
  );
}

function Conversations({ backup: { parts, counts, conversations = null } }: { backup: BackupInfo }) {
  if (!parts.includes('chat_history'))
    return (
      <td data-num className="soft">
        –
      </td>
    );
  if (conversations !== null) return <td data-num>{count(conversations)}</td>;
  const why = `It does not tell conversations from messages; it holds ${count(counts.chat_history)} of both.`;
  return (
    <td data-num title={why}>
      ?
    </td>
  );
}

function Records({ backup, part }: { backup: BackupInfo; part: BackupPart }) {
  const held = backup.parts.includes(part);
  return (
    <td data-num className={held ? undefined : 'soft'}>
      {held ? count(backup.counts[part]) : '–'}
    </td>
  );
}

function RowMenu({ backup, onRestore, onDelete }: RowProps) {
  const { running } = useJobs();
  const prove = useAction('backup.prove', useKeepJob());
  const { backupId, place } = backup;
  const kept = keptWhy(backup);
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
        <Menu.Item disabled={running !== null || !isRestorable(backup)} onClick={onRestore}>
          Restore
        </Menu.Item>
        <Menu.Divider role="separator" />
        <Menu.Item disabled={running !== null || kept !== null} c="var(--danger)" onClick={onDelete}>
          Delete
        </Menu.Item>
        {kept && (
          <Menu.Label maw={260} fw={400}>
            {kept}
          </Menu.Label>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
