import { Button, Radio } from '@mantine/core';
import { BACKUP_PARTS, type BackupInfo } from '../../../preload/contract/models.ts';
import { bytes, exactTime } from '../../state/format.ts';
import { Age } from '../Age.tsx';
import { BackupState } from '../BackupState.tsx';
import { backupCounts, holds } from '../backupWords.ts';
import { EmptyState } from '../EmptyState.tsx';
import { Id } from '../Id.tsx';
import classes from './restore.module.css';
import { StepFoot } from './StepFoot.tsx';
import { type Install, isRestorable, type Wizard } from './wizard.ts';
import { patchWizard } from './wizardStore.ts';

/** What the place holds, install by install, newest first; the newest good one is proposed. */
export function InstallStep({ wizard }: { wizard: Wizard }) {
  const installs = (wizard.installs ?? []).filter(({ backups }) => backups.length > 0);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (wizard.chosen) patchWizard({ step: 'secret', opened: null });
      }}
    >
      {installs.length === 0 && (
        <div className={classes.box}>
          <EmptyState title="No backup was found there">
            The place answers, but holds no complete backup of CloudOps. Check the name, or go back and look
            in another place.
          </EmptyState>
        </div>
      )}
      {installs.length > 1 && (
        <p className={classes.text}>
          {installs.length} installs keep their backups here. Each machine has its own.
        </p>
      )}
      {installs.map((install) => (
        <InstallList key={install.installId} install={install} chosen={wizard.chosen} />
      ))}
      <StepFoot
        wizard={wizard}
        next={
          <Button type="submit" disabled={!wizard.chosen}>
            Next
          </Button>
        }
      />
    </form>
  );
}

function InstallList({ install, chosen }: { install: Install; chosen: Wizard['chosen'] }) {
  const backups = install.backups.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
  const { installId } = install;
  return (
    <fieldset className={classes.install}>
      <legend className={classes.legend}>
        Install <Id value={installId} max={40} />
      </legend>
      {backups.map((backup) => (
        <BackupChoice
          key={`${backup.backupId} ${backup.place}`}
          backup={backup}
          checked={chosen?.installId === installId && chosen.backupId === backup.backupId}
          onChoose={() => patchWizard({ chosen: { installId, backupId: backup.backupId }, opened: null })}
        />
      ))}
    </fieldset>
  );
}

interface ChoiceProps {
  backup: BackupInfo;
  checked: boolean;
  onChoose: () => void;
}

/** What it holds, and that it does not hold everything. */
function rowWords(backup: BackupInfo): string {
  const partial = backup.parts.length < BACKUP_PARTS.length && backup.parts.length > 0;
  return partial ? `${holds(backup.parts)}: ${backupCounts(backup)}` : backupCounts(backup);
}

function BackupChoice({ backup, checked, onChoose }: ChoiceProps) {
  const usable = isRestorable(backup);
  return (
    <div className={classes.choice} data-checked={checked || undefined}>
      <Radio
        size="xs"
        name="backup"
        label={exactTime(backup.createdAt)}
        checked={checked}
        disabled={!usable}
        onChange={onChoose}
      />
      <span className="soft">
        <Age iso={backup.createdAt} />
      </span>
      <span className={classes.counts}>{rowWords(backup)}</span>
      <span className="num">{bytes(backup.sizeBytes)}</span>
      <BackupState backup={backup} />
    </div>
  );
}
