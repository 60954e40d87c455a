import { ActionIcon, Button, Checkbox, Menu, Popover, Stack } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconChevronDown, IconColumns3 } from '@tabler/icons-react';
import { useAction } from '../../api/queries.ts';
import type { Fold } from '../../components/useFold.ts';
import { count, plural } from '../../state/format.ts';
import { notify, notifyError } from '../../state/toasts.ts';
import { COLUMNS } from './columns.tsx';
import classes from './explorer.module.css';
import { arnsOf, namesOf, type Selection } from './selection.ts';
import { chosenCount, setSort, useExplorer } from './store.ts';
import type { Columns } from './useColumns.ts';
import type { ExplorerResult } from './useExplorerResult.ts';

interface Props {
  result: ExplorerResult;
  columns: Columns;
  selection: Selection;
  /** The filters, where they have no room of their own. */
  facets: Fold;
  onClear: () => void;
}

/** How many there are, in which order; what is selected and what can be done with it. */
export function ResultBar({ result, columns, selection, facets, onClear }: Props) {
  const { data, query } = result;
  const chosen = chosenCount(useExplorer((state) => state.filter));
  return (
    <div className={classes.bar}>
      <Button {...facets.button} className={classes.facetsButton} variant="default" h={24} px={8} fw={400}>
        {chosen === 0 ? 'Filters' : `Filters: ${count(chosen)}`}
      </Button>
      {selection.size > 0 ? (
        <SelectionActions selection={selection} onClear={onClear} />
      ) : (
        <span role="status" className={classes.total}>
          {data && <strong className="num">{plural(data.total, 'resource')}</strong>}
          {data?.indexing && <span className={classes.indexing}>indexing: some may be missing still</span>}
          {query.sort.length > 0 && (
            <button type="button" className="link-button" onClick={() => setSort([])}>
              {query.text ? 'back to relevance' : 'back to order by name'}
            </button>
          )}
        </span>
      )}
      <span className={classes.space} />
      {data && data.total > 0 && <ExportMenu resultId={data.resultId} total={data.total} />}
      <ColumnsMenu columns={columns} />
    </div>
  );
}

function SelectionActions({ selection, onClear }: { selection: Selection; onClear: () => void }) {
  const clipboard = useClipboard();
  const copy = (text: string, what: string) => {
    clipboard.copy(text);
    notify(`${plural(selection.size, what)} copied.`);
  };
  return (
    <div className={classes.selected} role="toolbar" aria-label="Selected resources">
      <strong className="num">{count(selection.size)} selected</strong>
      <Button variant="default" h={24} onClick={() => copy(namesOf(selection), 'name')}>
        Copy names
      </Button>
      <Button variant="default" h={24} onClick={() => copy(arnsOf(selection), 'ARN')}>
        Copy ARNs
      </Button>
      <Button variant="subtle" color="gray" h={24} onClick={onClear}>
        Clear
      </Button>
    </div>
  );
}

function ExportMenu({ resultId, total }: { resultId: string; total: number }) {
  const save = useAction('resources.export', ({ rows, saved, where }) => {
    if (saved === 'download') window.location.assign(where);
    else if (saved === 'file') notify(`${plural(rows, 'resource')} saved to ${where}.`);
  });
  const run = (format: 'csv' | 'json') => save.mutate({ resultId, format }, { onError: notifyError });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          h={24}
          px={8}
          fw={400}
          loading={save.isPending}
          rightSection={<IconChevronDown size={13} stroke={1.75} />}
        >
          Export all {count(total)}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => run('csv')}>As CSV, for a spreadsheet</Menu.Item>
        <Menu.Item onClick={() => run('json')}>As JSON, for a program</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function ColumnsMenu({ columns }: { columns: Columns }) {
  const hideable = columns.table.getAllLeafColumns().filter((column) => column.getCanHide());
  return (
    <Popover position="bottom-end" trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon size={24} aria-label="Choose columns" title="Choose columns">
          <IconColumns3 size={16} stroke={1.6} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p={12} aria-label="Columns">
        <Stack gap={8}>
          {hideable.map((column) => (
            <Checkbox
              key={column.id}
              label={COLUMNS[column.id as keyof typeof COLUMNS].title}
              checked={column.getIsVisible()}
              onChange={(event) => column.toggleVisibility(event.currentTarget.checked)}
            />
          ))}
          <Button
            variant="default"
            onClick={() => {
              columns.table.resetColumnSizing(true);
              columns.table.resetColumnVisibility(true);
              columns.table.resetColumnOrder(true);
            }}
          >
            As at first
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
