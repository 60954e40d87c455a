import { Button, Portal } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCopy, IconDownload, IconPrinter } from '@tabler/icons-react';
import { useAction, useRequest } from '../../api/queries.ts';
import { ErrorState } from '../ErrorState.tsx';
import classes from './keys.module.css';

const ICON = { size: 14, stroke: 1.75, 'aria-hidden': true } as const;

interface Props {
  replaces: boolean;
  groups: readonly string[];
  onNext: () => void;
  onClose: () => void;
}

/** The key itself, the one time it is seen, with three ways to keep it. */
export function RecoveryShown({ replaces, groups, onNext, onClose }: Props) {
  const clipboard = useClipboard({ timeout: 2_000 });
  const save = useAction('key.saveRecovery');
  return (
    <>
      <p className={classes.text}>
        With it, and nothing else, every backup opens on any machine. It is shown this once and cannot be
        looked up later. Keep it away from this machine: on paper, or in a password manager.
        {replaces &&
          ' Backups made before still open with the old one. If someone else may have that, back up again and delete those: the Backups screen marks them.'}
      </p>
      <ol className={classes.groups} aria-label="Recovery key">
        {groups.map((group, index) => (
          <li key={index} className={classes.group}>
            <span className={classes.groupNumber} aria-hidden="true">
              {index + 1}
            </span>
            {group}
          </li>
        ))}
      </ol>
      <div className={classes.ways}>
        <Button
          variant="default"
          leftSection={<IconCopy {...ICON} />}
          onClick={() => clipboard.copy(groups.join(' '))}
        >
          {clipboard.copied ? 'Copied' : 'Copy'}
        </Button>
        <Button
          variant="default"
          leftSection={<IconDownload {...ICON} />}
          loading={save.isPending}
          onClick={() => save.mutate({}, { onSuccess: startDownload })}
        >
          Save to a file
        </Button>
        <Button variant="default" leftSection={<IconPrinter {...ICON} />} onClick={() => window.print()}>
          Print
        </Button>
        {save.data?.saved === 'file' && (
          <span className={classes.saved} role="status">
            Saved to {save.data.where}
          </span>
        )}
      </div>
      {save.error && <ErrorState error={save.error} />}
      {clipboard.copied && (
        <p className={classes.hint} role="status">
          It is on the clipboard of this machine now; paste it where it is kept, then copy something else.
        </p>
      )}
      <div className={classes.foot}>
        <Button variant="default" onClick={onClose}>
          Not now
        </Button>
        <Button onClick={onNext}>I have kept it</Button>
      </div>
      <PrintedKey groups={groups} />
    </>
  );
}

function startDownload({ saved, where }: { saved: 'file' | 'download' | 'cancelled'; where: string }) {
  if (saved === 'download') window.location.assign(where);
}

/** What the printer gets: the key and what it is for, without the app around it. */
function PrintedKey({ groups }: { groups: readonly string[] }) {
  const { data: status } = useRequest('app.status', {});
  return (
    <Portal className={`${classes.printed} printed-page`}>
      <div aria-hidden="true">
        <h1>CloudOps recovery key</h1>
        <p>Workspace: {status?.workspace.path}</p>
        <p>Printed: {new Date().toLocaleDateString('en-GB')}</p>
        <p className={classes.printedKey}>{groups.join(' ')}</p>
        <p>
          Whoever has this key and a backup can read everything in it. To use it: open CloudOps, choose
          Restore from a backup, and enter the key.
        </p>
      </div>
    </Portal>
  );
}
