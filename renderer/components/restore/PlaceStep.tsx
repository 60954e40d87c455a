import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useAction, useRequest } from '../../api/queries.ts';
import { ErrorState } from '../ErrorState.tsx';
import { pickFile, pickFolder } from './pickFile.ts';
import classes from './restore.module.css';
import { S3Fields } from './S3Fields.tsx';
import { StepFoot } from './StepFoot.tsx';
import {
  newestGood,
  type PlaceForm,
  type PlaceProblems,
  placeProblems,
  toSource,
  type Wizard,
} from './wizard.ts';
import { patchWizard, setPlace } from './wizardStore.ts';

/** A bucket, a folder or an exported file; then it is looked up, with nothing changed anywhere. */
export function PlaceStep({ wizard }: { wizard: Wizard }) {
  const { place } = wizard;
  const [tried, setTried] = useState(false);
  const discover = useAction('restore.discover', ({ installs }) =>
    patchWizard({ installs, chosen: newestGood(installs), step: 'install' }),
  );
  const { reset } = discover;
  useEffect(() => reset, [reset]);
  const problems = placeProblems(place);
  const change = (next: PlaceForm) => {
    setPlace(next);
    discover.reset();
  };
  const submit = () => {
    setTried(true);
    if (Object.keys(problems).length === 0) discover.mutate({ source: toSource(wizard) });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <SegmentedControl
        aria-label="Kind of place"
        mb={16}
        data={[
          { value: 's3', label: 'In S3' },
          { value: 'folder', label: 'In a folder' },
          { value: 'file', label: 'In an exported file' },
        ]}
        value={place.kind}
        onChange={(kind) => {
          change({ ...place, kind });
          setTried(false);
        }}
      />
      <Fields place={place} problems={tried ? problems : {}} onChange={change} />
      {discover.error && <ErrorState error={discover.error} />}
      <StepFoot
        wizard={wizard}
        busy={discover.isPending}
        next={
          <Button type="submit" loading={discover.isPending}>
            Look for backups
          </Button>
        }
      />
    </form>
  );
}

interface FieldsProps {
  place: PlaceForm;
  problems: PlaceProblems;
  onChange: (place: PlaceForm) => void;
}

function Fields({ place, problems, onChange }: FieldsProps) {
  if (place.kind === 's3')
    return <S3Fields s3={place.s3} problems={problems} onChange={(s3) => onChange({ ...place, s3 })} />;
  if (place.kind === 'folder')
    return (
      <FolderField
        folder={place.folder}
        problem={problems.folder}
        onChange={(folder) => onChange({ ...place, folder })}
      />
    );
  return (
    <FileField file={place.file} problem={problems.file} onChange={(file) => onChange({ ...place, file })} />
  );
}

interface FolderProps {
  folder: string;
  problem: string | undefined;
  onChange: (folder: string) => void;
}

function FolderField({ folder, problem, onChange }: FolderProps) {
  const browser = useRequest('app.status', {}).data?.carrier === 'browser';
  const [error, setError] = useState<Error | null>(null);
  const pick = () =>
    pickFolder().then(
      (path) => path !== null && onChange(path),
      (thrown: Error) => setError(thrown),
    );
  return (
    <>
      <div className={classes.picker}>
        <TextInput
          label="Folder"
          description="On the machine CloudOps runs on: a workspace's backups folder, or a copy of one."
          className={classes.grow}
          classNames={{ input: 'mono' }}
          spellCheck={false}
          value={folder}
          error={problem}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
        {!browser && (
          <Button variant="default" className={classes.pick ?? ''} onClick={() => void pick()}>
            Choose
          </Button>
        )}
      </div>
      {error && <ErrorState error={error} />}
    </>
  );
}

interface FileProps {
  file: PlaceForm['file'];
  problem: string | undefined;
  onChange: (file: PlaceForm['file']) => void;
}

function FileField({ file, problem, onChange }: FileProps) {
  const browser = useRequest('app.status', {}).data?.carrier === 'browser';
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const pick = async () => {
    setError(null);
    setBusy(true);
    try {
      const picked = await pickFile(browser);
      if (picked) onChange(picked);
    } catch (thrown) {
      setError(thrown as Error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className={classes.file}>
      <Button variant="default" loading={busy} onClick={() => void pick()}>
        {file.name === '' ? 'Choose the file' : 'Choose another file'}
      </Button>
      <span className={classes.fileName} role="status">
        {busy ? 'Receiving the file' : file.name || 'One file, as exported from Backups. It stays encrypted.'}
      </span>
      {problem && (
        <span className={classes.problem} role="alert">
          {problem}
        </span>
      )}
      {error && <ErrorState error={error} />}
    </div>
  );
}
