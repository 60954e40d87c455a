import { Button, Checkbox } from '@mantine/core';
import { useEffect } from 'react';
import { BACKUP_PARTS, type BackupInfo } from '../../../preload/contract/models.ts';
import { useAction } from '../../api/queries.ts';
import { bytes, count, exactTime } from '../../state/format.ts';
import { BackupState } from '../BackupState.tsx';
import { PARTS } from '../backupWords.ts';
import { ErrorState } from '../ErrorState.tsx';
import { Facts } from '../Facts.tsx';
import { Id } from '../Id.tsx';
import { TextSkeleton } from '../Skeletons.tsx';
import classes from './restore.module.css';
import { StepFoot } from './StepFoot.tsx';
import { secretOf, toSource, type Wizard } from './wizard.ts';
import { patchWizard } from './wizardStore.ts';

/** Dates, counts, size and version as the opened backup states them, and the parts to take from it. */
export function InsideStep({ wizard }: { wizard: Wizard }) {
  const { opened, chosen, own } = wizard;
  const open = useAction('restore.open', (info) => patchWizard({ opened: info }));
  const { mutate, reset } = open;
  const ask = () => {
    if (chosen) mutate({ source: toSource(wizard), ...chosen, secret: secretOf(wizard) });
  };
  // One of the own list was not opened by a key that was typed: it is opened here, by the app's own.
  useEffect(() => {
    if (own && !opened && chosen) mutate({ source: { kind: 'here' }, ...chosen, secret: { kind: 'own' } });
    return reset;
  }, [own, opened, chosen, mutate, reset]);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (opened && wizard.parts.length > 0) patchWizard({ step: 'mode' });
      }}
    >
      {open.error && <ErrorState error={open.error} onRetry={ask} />}
      {!opened && !open.error && <TextSkeleton lines={6} />}
      {opened && <Opened info={opened} wizard={wizard} />}
      <StepFoot
        wizard={wizard}
        next={
          <Button type="submit" disabled={!opened || wizard.parts.length === 0}>
            Next
          </Button>
        }
      />
    </form>
  );
}

function Opened({ info, wizard: { parts } }: { info: BackupInfo; wizard: Wizard }) {
  return (
    <>
      <Facts
        facts={[
          { label: 'Made', value: exactTime(info.createdAt) },
          { label: 'State', value: <BackupState backup={info} /> },
          { label: 'Size', value: bytes(info.sizeBytes) },
          { label: 'Made by', value: `CloudOps ${info.appVersion}, format ${info.formatVersion}` },
          { label: 'Install', value: <Id value={info.installId} max={40} /> },
          { label: 'Reason', value: info.reason },
        ]}
      />
      <fieldset className={classes.parts}>
        <legend className={classes.legend}>Parts to restore</legend>
        {BACKUP_PARTS.map((part) => (
          <div key={part} className={classes.part}>
            <Checkbox
              label={PARTS[part].name}
              description={PARTS[part].what}
              checked={parts.includes(part)}
              onChange={(event) => {
                const on = event.currentTarget.checked;
                patchWizard({
                  parts: BACKUP_PARTS.filter((one) => (one === part ? on : parts.includes(one))),
                });
              }}
            />
            <span className="num">{count(info.counts[part])}</span>
          </div>
        ))}
      </fieldset>
      {parts.length === 0 && <p className={classes.problem}>Choose at least one part.</p>}
    </>
  );
}
