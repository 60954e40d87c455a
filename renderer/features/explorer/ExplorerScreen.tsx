import { useEffect, useRef, useState } from 'react';
import { useRequest } from '../../api/queries.ts';
import { ErrorState } from '../../components/ErrorState.tsx';
import { RowSkeletons } from '../../components/Skeletons.tsx';
import { useFold } from '../../components/useFold.ts';
import { useKeys } from '../../state/keys.ts';
import { takeIntent, useNav } from '../../state/nav.ts';
import classes from './explorer.module.css';
import { FacetPanel } from './FacetPanel.tsx';
import { NothingFound } from './NothingFound.tsx';
import { ResourceTable } from './ResourceTable.tsx';
import { ResultBar } from './ResultBar.tsx';
import { SearchLine } from './SearchLine.tsx';
import { NOTHING, type Selection } from './selection.ts';
import { show } from './store.ts';
import { useColumns } from './useColumns.ts';
import { useExplorerResult } from './useExplorerResult.ts';

/** The estate as a table: search, facets, rows. */
export function ExplorerScreen() {
  useShownQuery();
  const result = useExplorerResult();
  const columns = useColumns();
  const facets = useFold();
  const [selection, setSelection] = useState<Selection>(NOTHING);
  const searchBox = useRef<HTMLInputElement>(null);
  const grid = useRef<HTMLTableElement>(null);
  const { data, error, queryId } = result;

  // Rows selected under another question are out of sight.
  useEffect(() => setSelection(NOTHING), [queryId]);
  useKeys({
    '/': () => {
      searchBox.current?.focus();
      searchBox.current?.select();
    },
  });

  return (
    <div className={classes.screen}>
      <SearchLine inputRef={searchBox} chips={data?.chips ?? []} onToRows={() => grid.current?.focus()} />
      <div className={classes.columns}>
        <FacetPanel facets={data?.facets ?? null} fold={facets} />
        <section className={classes.results} aria-label="Resources">
          <ResultBar
            result={result}
            columns={columns}
            selection={selection}
            facets={facets}
            onClear={() => setSelection(NOTHING)}
          />
          {error && !data && <ErrorState error={error} onRetry={() => void result.refetch()} />}
          {!data && !error && <RowSkeletons rows={20} />}
          {data?.total === 0 && <NothingFound query={result.query} />}
          {data && data.total > 0 && (
            <ResourceTable
              gridRef={grid}
              result={result}
              columns={columns}
              selection={selection}
              onSelection={setSelection}
            />
          )}
        </section>
      </div>
      <MeaningNote />
    </div>
  );
}

/** Takes over a query that another screen asked to be shown. */
function useShownQuery(): void {
  const intent = useNav((state) => state.intent);
  useEffect(() => {
    if (intent?.screen !== 'explorer') return;
    takeIntent('explorer');
    show(intent.query);
  }, [intent]);
}

function MeaningNote() {
  const meaning = useRequest('app.status', {}).data?.meaning;
  if (!meaning) return null;
  return (
    <p className={classes.note}>
      {meaning === 'dictionary'
        ? 'Search by meaning uses the built-in dictionary: it knows AWS terms, not every turn of phrase.'
        : `Search by meaning uses ${meaning}.`}
    </p>
  );
}
