import { Button, PasswordInput, Radio, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { AppStatus, Job } from '../../../preload/contract/models.ts';
import { useAction, useRequest } from '../../api/queries.ts';
import { ErrorState } from '../../components/ErrorState.tsx';
import { JobProgress } from '../../components/jobs/JobProgress.tsx';
import { useJobs, useKeepJob, useShownJob } from '../../components/jobs/useJobs.ts';
import { engineName } from '../../components/storage/engineWords.ts';
import classes from './settings.module.css';
import { remoteUrlProblem } from './words.ts';

type Kind = 'sqlite' | 'qdrant' | 'remote';
const KINDS: readonly Job['kind'][] = ['move_engine'];
const ENGINES: readonly { kind: Kind; label: string; text: string }[] = [
  { kind: 'sqlite', label: 'SQLite', text: 'Inside the app, nothing to run beside it.' },
  { kind: 'qdrant', label: 'Qdrant on this machine', text: 'Bundled, started and supervised by the app.' },
  { kind: 'remote', label: 'A Qdrant server elsewhere', text: 'A server of your own, by its address.' },
];

/** Everything copied to another engine, counted, compared, and only then switched. */
export function MoveEngine() {
  const { data: status } = useRequest('app.status', {});
  const [open, setOpen] = useState(false);
  const { job, dismiss } = useShownJob(KINDS);
  const { running } = useJobs();
  if (!status) return null;
  return (
    <>
      {job && (
        <div className={classes.job}>
          <JobProgress job={job} onDismiss={dismiss} />
        </div>
      )}
      {open ? (
        <MoveForm current={status.engine} onClose={() => setOpen(false)} />
      ) : (
        <Button variant="default" mt={12} ml={8} disabled={running !== null} onClick={() => setOpen(true)}>
          Move to another engine
        </Button>
      )}
    </>
  );
}

function MoveForm({ current, onClose }: { current: AppStatus['engine']; onClose: () => void }) {
  // From one server to another is a move as well.
  const choices = ENGINES.filter(({ kind }) => kind === 'remote' || kind !== current.kind);
  const [kind, setKind] = useState<Kind>(choices[0]?.kind ?? 'remote');
  const [url, setUrl] = useState('');
  const [apiKey, setApiKey] = useState('');
  const [tried, setTried] = useState(false);
  const keep = useKeepJob();
  const move = useAction('storage.moveEngine', (job) => {
    keep(job);
    onClose();
  });
  const { reset } = move;
  useEffect(() => reset, [reset]);
  const problem = kind === 'remote' ? remoteUrlProblem(url) : null;
  const submit = () => {
    setTried(true);
    if (problem !== null) return;
    move.mutate({ to: kind === 'remote' ? { kind, url: url.trim(), apiKey: apiKey || null } : { kind } });
  };
  return (
    <form
      className={classes.form}
      aria-label="Move to another engine"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <fieldset className={classes.choices}>
        <legend className={classes.legend}>Move from {engineName(current)} to</legend>
        {choices.map((choice) => (
          <Radio
            key={choice.kind}
            size="xs"
            name="engine"
            label={choice.label}
            description={choice.text}
            checked={kind === choice.kind}
            onChange={() => setKind(choice.kind)}
          />
        ))}
      </fieldset>
      {kind === 'remote' && (
        <div className={classes.fields}>
          <TextInput
            label="Address"
            placeholder="https://qdrant.example.com:6333"
            spellCheck={false}
            value={url}
            error={tried && problem}
            onChange={(event) => setUrl(event.currentTarget.value)}
          />
          <PasswordInput
            label="API key"
            size="xs"
            autoComplete="off"
            description="Kept in the keychain."
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            value={apiKey}
            onChange={(event) => setApiKey(event.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': 'Show the API key' }}
          />
        </div>
      )}
      <p className={classes.hint}>
        A backup is made first. Everything is copied, counted and compared; the present engine stays in use
        until all of it agrees.
      </p>
      {move.error && <ErrorState error={move.error} />}
      <div className={classes.acts}>
        <Button type="submit" loading={move.isPending}>
          Copy and switch
        </Button>
        <Button variant="default" disabled={move.isPending} onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
