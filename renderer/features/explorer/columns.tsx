import type { ReactNode } from 'react';
import type { ResourceSort, ResourceSummary } from '../../../preload/contract/models.ts';
import { AccountBadge } from '../../components/AccountBadge.tsx';
import { Age } from '../../components/Age.tsx';
import { Id } from '../../components/Id.tsx';
import { visible } from '../../components/plan/words.ts';
import { StateLabel } from '../../components/StateLabel.tsx';
import { typeName } from '../../state/format.ts';

export type ColumnId =
  | 'name'
  | 'resourceType'
  | 'state'
  | 'accountId'
  | 'region'
  | 'nativeId'
  | 'tags'
  | 'asOf';

export interface Column {
  title: string;
  /** Its share of the width, in px of a wide window; never less than `min`. */
  size: number;
  min: number;
  /** Null where the main side cannot sort by it. */
  sort: ResourceSort['field'] | null;
  render: (row: ResourceSummary) => ReactNode;
}

export const COLUMN_IDS: ColumnId[] = [
  'name',
  'resourceType',
  'state',
  'accountId',
  'region',
  'nativeId',
  'tags',
  'asOf',
];

export const COLUMNS: Record<ColumnId, Column> = {
  name: {
    title: 'Name',
    size: 216,
    min: 168,
    sort: 'name',
    render: (row) => <span title={visible(row.name)}>{visible(row.name)}</span>,
  },
  resourceType: {
    title: 'Type',
    size: 136,
    min: 96,
    sort: 'resourceType',
    render: (row) => typeName(row.resourceType),
  },
  state: {
    title: 'State',
    size: 124,
    min: 124,
    sort: 'state',
    render: (row) => <StateLabel state={row.state} />,
  },
  accountId: {
    title: 'Account',
    size: 168,
    min: 96,
    sort: 'accountId',
    render: (row) => <AccountBadge accountId={row.accountId} compact />,
  },
  region: { title: 'Region', size: 112, min: 92, sort: 'region', render: (row) => row.region },
  nativeId: {
    title: 'Id',
    size: 140,
    min: 156,
    sort: null,
    render: (row) => <Id value={row.nativeId} inRow />,
  },
  tags: { title: 'Tags', size: 116, min: 96, sort: null, render: (row) => <Tags tags={row.tags} /> },
  asOf: { title: 'Age', size: 88, min: 84, sort: 'asOf', render: (row) => <Age iso={row.asOf} /> },
};

/** The name is a column of its own. */
function Tags({ tags }: { tags: Record<string, string> }) {
  const text = Object.entries(tags)
    .filter(([key]) => key !== 'Name')
    .map(([key, value]) => (value === '' ? key : `${key}=${value}`))
    .join('  ');
  if (text === '') return <span className="soft">–</span>;
  return <span title={visible(text)}>{visible(text)}</span>;
}
