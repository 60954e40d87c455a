import { Button, Loader } from '@mantine/core';
import type { AppStatus } from '../../../preload/contract/models.ts';
import { cacheSync } from '../../api/cacheSync.ts';
import { useAction } from '../../api/queries.ts';
import { ErrorState } from '../../components/ErrorState.tsx';
import { EngineWaysOut } from '../../components/storage/EngineWaysOut.tsx';
import { engineName } from '../../components/storage/engineWords.ts';
import { CenteredPage } from './CenteredPage.tsx';
import classes from './onboarding.module.css';

/** While the app opens its workspace; also when its state cannot be asked. `doing`: what takes its time. */
export function StartingScreen({
  error,
  onRetry,
  doing = '',
}: {
  error: Error | null;
  onRetry: () => void;
  doing?: string;
}) {
  if (error) {
    return (
      <CenteredPage title="CloudOps cannot be reached">
        <ErrorState error={error} onRetry={onRetry} />
      </CenteredPage>
    );
  }
  return (
    <CenteredPage title="Opening the workspace">
      <div style={{ display: 'flex', gap: 8, alignItems: 'center' }} role="status">
        <Loader size={14} color="gray" />
        <span className="soft">{doing || 'Checking the key and starting the storage engine.'}</span>
      </div>
    </CenteredPage>
  );
}

/** The start failed; what is on disk is untouched. */
export function FailedScreen({ status }: { status: AppStatus }) {
  const code = status.failure?.code;
  const engine = code === 'ENGINE_FAILED' || code === 'ENGINE_MISSING';
  return (
    <CenteredPage title={engine ? 'The storage engine did not start' : 'The workspace did not open'}>
      <ErrorState error={new Error(status.failure?.message ?? 'The app did not say why.')} />
      <p className={classes.text}>
        Workspace <span className="mono">{status.workspace.path}</span>
        {engine && `. Its data is kept by ${engineName(status.engine)}.`}
      </p>
      {engine ? <EngineWaysOut engine={status.engine} /> : <TryAgain status={status} />}
    </CenteredPage>
  );
}

function TryAgain({ status }: { status: AppStatus }) {
  const retry = useAction('app.retry', (next) => cacheSync.setStatus(next));
  return (
    <>
      {retry.error && <ErrorState error={retry.error} />}
      {status.failure?.canRetry !== false && (
        <div className={classes.actions}>
          <Button loading={retry.isPending} onClick={() => retry.mutate({})}>
            Try again
          </Button>
        </div>
      )}
    </>
  );
}

/** A page without a token, or with one of an earlier run, may not speak to the app. */
export function NoTokenScreen({ reason }: { reason: 'no_token' | 'unauthorized' }) {
  return (
    <CenteredPage
      title={reason === 'no_token' ? 'This page has no key to CloudOps' : 'CloudOps was started anew'}
    >
      <p className={classes.text}>
        {reason === 'no_token'
          ? 'CloudOps answers only pages opened by the address it printed at its start, the one that ends in #token=…'
          : 'This page belongs to an earlier run, and each run has its own key.'}
      </p>
      <p className={classes.text}>
        Copy the address after “CloudOps is ready:” from the terminal and open it here. It works for as long
        as that run lasts.
      </p>
    </CenteredPage>
  );
}
