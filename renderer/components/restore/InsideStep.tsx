import { Button, Checkbox } from '@mantine/core';
import { useEffect } from 'react';
import { BACKUP_PARTS, type BackupInfo, type BackupPart } from '../../../preload/contract/models.ts';
import { useAction } from '../../api/queries.ts';
import { bytes, exactTime, plural } from '../../state/format.ts';
import { BackupState } from '../BackupState.tsx';
import { chatWords, holds, PARTS } from '../backupWords.ts';
import { ErrorState } from '../ErrorState.tsx';
import { Facts } from '../Facts.tsx';
import { Id } from '../Id.tsx';
import { TextSkeleton } from '../Skeletons.tsx';
import classes from './restore.module.css';
import { StepFoot } from './StepFoot.tsx';
import { chosenBackup, partSources, secretOf, toSource, type Wizard, wantedParts } from './wizard.ts';
import { patchWizard } from './wizardStore.ts';

/** Dates, counts, size and version as the opened backup states them, and the parts to take from it. */
export function InsideStep({ wizard }: { wizard: Wizard }) {
  const { opened, chosen, own } = wizard;
  const open = useAction('restore.open', (info) => patchWizard({ opened: info }));
  const wanted = wantedParts(wizard).length;
  const { mutate, reset } = open;
  const ask = () => {
    if (chosen) mutate({ source: toSource(wizard), ...chosen, secret: secretOf(wizard) });
  };
  // One of the own list was not opened by a key that was typed: it is opened here, by the app's own.
  useEffect(() => {
    if (own && !opened && chosen) mutate({ source: own, ...chosen, secret: { kind: 'own' } });
    return reset;
  }, [own, opened, chosen, mutate, reset]);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (opened && wanted > 0) patchWizard({ step: 'mode' });
      }}
    >
      {open.error && <ErrorState error={open.error} onRetry={ask} />}
      {!opened && !open.error && <TextSkeleton lines={6} />}
      {opened && <Opened info={opened} wizard={wizard} />}
      <StepFoot
        wizard={wizard}
        next={
          <Button type="submit" disabled={!opened || wanted === 0}>
            Next
          </Button>
        }
      />
    </form>
  );
}

function Opened({ info, wizard }: { info: BackupInfo; wizard: Wizard }) {
  const sources = partSources(wizard);
  // A list knows more than the opened manifest: whether all its objects are there, and when it was proved.
  const listed = chosenBackup(wizard) ?? info;
  return (
    <>
      <Facts
        facts={[
          { label: 'Made', value: exactTime(info.createdAt) },
          { label: 'Holds', value: holds(info.parts) },
          { label: 'State', value: <BackupState backup={listed} /> },
          { label: 'Size', value: bytes(info.sizeBytes) },
          { label: 'Made by', value: `CloudOps ${info.appVersion}, format ${info.formatVersion}` },
          { label: 'Install', value: <Id value={info.installId} max={40} /> },
          { label: 'Reason', value: info.reason },
        ]}
      />
      <fieldset className={classes.parts}>
        <legend className={classes.legend}>Parts to restore</legend>
        {BACKUP_PARTS.map((part) => (
          <PartChoice key={part} part={part} from={sources[part]} info={info} wizard={wizard} />
        ))}
      </fieldset>
      {wantedParts(wizard).length === 0 && <p className={classes.problem}>Choose at least one part.</p>}
    </>
  );
}

interface PartProps {
  part: BackupPart;
  /** The backup that it would come from; null = none holds it. */
  from: BackupInfo | null;
  info: BackupInfo;
  wizard: Wizard;
}

function PartChoice({ part, from, info, wizard: { parts } }: PartProps) {
  return (
    <div className={classes.part}>
      <Checkbox
        label={PARTS[part].name}
        description={partNote(part, from, info)}
        checked={from !== null && parts.includes(part)}
        disabled={from === null}
        onChange={(event) => {
          const on = event.currentTarget.checked;
          patchWizard({
            parts: BACKUP_PARTS.filter((one) => (one === part ? on : parts.includes(one))),
          });
        }}
      />
      <span className="num">{from ? heldWords(part, from) : '–'}</span>
    </div>
  );
}

const heldWords = (part: BackupPart, from: BackupInfo): string =>
  part === 'chat_history'
    ? chatWords(from)
    : plural(from.counts[part], part === 'state' ? 'record' : 'resource');

function partNote(part: BackupPart, from: BackupInfo | null, info: BackupInfo): string {
  if (from === null)
    return 'Not in this backup, nor in an older good one here. What is here now of it stays as it is.';
  if (from.backupId === info.backupId) return PARTS[part].what;
  return `Not in this backup; taken from the newest before it that has it, of ${exactTime(from.createdAt)}.`;
}
