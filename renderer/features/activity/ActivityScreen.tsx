import { Button } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useEffect } from 'react';
import { request } from '../../api/client.ts';
import { useRequest } from '../../api/queries.ts';
import { useScope } from '../../api/useSettings.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ErrorState } from '../../components/ErrorState.tsx';
import { RowSkeletons } from '../../components/Skeletons.tsx';
import { navigate, takeIntent, useNav } from '../../state/nav.ts';
import { notifyError } from '../../state/toasts.ts';
import { ActivityTable } from './ActivityTable.tsx';
import classes from './activity.module.css';
import { isFiltered, NO_FILTER, toQuery } from './activityFilter.ts';
import { setFilter, useActivity } from './activityStore.ts';
import { openPlan } from './openPlan.ts';
import { Toolbar } from './Toolbar.tsx';

/** The journal as a list: what was run, refused, rejected or left to expire, newest first. */
export function ActivityScreen() {
  const filter = useActivity((state) => state.filter);
  const [text] = useDebouncedValue(filter.text, 150);
  const scope = useScope();
  const query = toQuery({ ...filter, text }, scope.accountIds);
  const { data, error, refetch } = useRequest('activity.query', query, { keepPrevious: true });
  useActivityIntent();
  return (
    <div className={classes.screen}>
      <Toolbar total={data?.total ?? null} />
      {error && (
        <div className={classes.error}>
          <ErrorState error={error} onRetry={() => void refetch()} />
        </div>
      )}
      {!data && !error && <RowSkeletons rows={14} />}
      {data?.total === 0 && !error && (
        <Nothing filtered={isFiltered(filter)} scoped={scope.accountIds.length > 0} />
      )}
      {data && data.total > 0 && (
        <ActivityTable question={JSON.stringify(query)} window={data} onGone={() => void refetch()} />
      )}
    </div>
  );
}

function Nothing({ filtered, scoped }: { filtered: boolean; scoped: boolean }) {
  if (filtered) {
    return (
      <EmptyState
        title="No line matches"
        actions={
          <Button variant="default" onClick={() => setFilter(NO_FILTER)}>
            Clear filters
          </Button>
        }
      >
        Nothing recorded fits the search and the filters{scoped ? ' within the accounts in scope' : ''}.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title="Nothing was run yet"
      actions={
        <Button variant="default" onClick={() => navigate('chat')}>
          Ask for a change in Chat
        </Button>
      }
    >
      Every plan that is approved, rejected or left to expire is kept here with its log
      {scoped ? '; the scope shows chosen accounts only' : ''}.
    </EmptyState>
  );
}

/** Another screen points at one execution: its line is marked and its record opened. */
function useActivityIntent() {
  const intent = useNav((state) => state.intent);
  useEffect(() => {
    if (intent?.screen !== 'activity') return;
    const taken = takeIntent('activity');
    if (!taken) return;
    request('executions.get', { executionId: taken.executionId }).then(
      ({ executionId, plan }) => openPlan(executionId, plan.planId),
      notifyError,
    );
  }, [intent]);
}
