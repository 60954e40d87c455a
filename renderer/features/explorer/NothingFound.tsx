import { Button, Progress } from '@mantine/core';
import type { ResourceQuery } from '../../../preload/contract/models.ts';
import { useAction, useRequest } from '../../api/queries.ts';
import { usePatchSettings, useScope } from '../../api/useSettings.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ErrorState } from '../../components/ErrorState.tsx';
import { count } from '../../state/format.ts';
import { navigate } from '../../state/nav.ts';
import { notifyError } from '../../state/toasts.ts';
import { chosenCount, clearSearch, useExplorer } from './store.ts';

/** No rows: because nothing was read yet, because it is being read, or because nothing matches. */
export function NothingFound({ query }: { query: ResourceQuery }) {
  const filter = useExplorer((state) => state.filter);
  const scan = useRequest('scan.status', {}).data?.run;
  const scope = useScope();
  const scoped = scope.accountIds.length + scope.regions.length > 0;
  if (query.text !== '' || chosenCount(filter) > 0) return <NoMatch scoped={scoped} />;
  if (scan?.state === 'running') {
    return (
      <EmptyState title="Reading your accounts">
        {scan.cellsDone} of {scan.cellsTotal} parts read, {count(scan.found)} resources so far. Rows appear
        here as they come.
        <Progress
          mt={12}
          size="sm"
          value={(100 * scan.cellsDone) / Math.max(1, scan.cellsTotal)}
          aria-label="Scan progress"
        />
      </EmptyState>
    );
  }
  if (scoped) return <NoMatch scoped />;
  return <NothingRead />;
}

function NoMatch({ scoped }: { scoped: boolean }) {
  const patch = usePatchSettings();
  return (
    <EmptyState
      title="Nothing matches"
      actions={
        <>
          <Button variant="default" onClick={clearSearch}>
            Clear search and filters
          </Button>
          {scoped && (
            <Button
              variant="default"
              onClick={() => patch({ scope: { accountIds: [], regions: [] } }).catch(notifyError)}
            >
              Show all accounts and regions
            </Button>
          )}
        </>
      }
    >
      {scoped
        ? 'No resource in the chosen accounts and regions fits.'
        : 'No resource fits the text and the filters. Fewer words or filters find more.'}
    </EmptyState>
  );
}

function NothingRead() {
  const { data } = useRequest('accounts.list', {});
  const scan = useAction('scan.start');
  if (data && data.accounts.length === 0) {
    return (
      <EmptyState
        title="No account is connected"
        actions={<Button onClick={() => navigate('accounts')}>Connect accounts</Button>}
      >
        Connect AWS profiles, then scan them: what they may read appears here.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title="Nothing has been read yet"
      actions={
        <Button loading={scan.isPending} onClick={() => scan.mutate({})}>
          Scan now
        </Button>
      }
    >
      A scan lists what the connected accounts hold and keeps it here, encrypted, also for when you are
      offline.
      {scan.error && <ErrorState error={scan.error} />}
    </EmptyState>
  );
}
