import type { ReactNode } from 'react';
import type { ResourceSort, ResourceSummary } from '../../../preload/contract/models.ts';
import { AccountBadge } from '../../components/AccountBadge.tsx';
import { Age } from '../../components/Age.tsx';
import { Id } from '../../components/Id.tsx';
import { visible, visibleName } from '../../components/plan/words.ts';
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
    size: 208,
    min: 150,
    sort: 'name',
    render: (row) => <span title={visibleName(row.name)}>{visibleName(row.name)}</span>,
  },
  resourceType: {
    title: 'Type',
    size: 124,
    min: 124,
    sort: 'resourceType',
    render: (row) => typeName(row.resourceType),
  },
  state: {
    title: 'State',
    size: 116,
    min: 110,
    sort: 'state',
    render: (row) => <StateLabel state={row.state} />,
  },
  accountId: {
    title: 'Account',
    size: 156,
    min: 120,
    sort: 'accountId',
    render: (row) => <AccountBadge accountId={row.accountId} compact />,
  },
  region: {
    title: 'Region',
    size: 116,
    min: 116,
    sort: 'region',
    render: (row) => <span data-uncut="region">{row.region}</span>,
  },
  nativeId: {
    title: 'Id',
    size: 172,
    min: 172,
    sort: null,
    render: (row) => <Id value={row.nativeId} inRow />,
  },
  tags: { title: 'Tags', size: 96, min: 56, sort: null, render: (row) => <Tags tags={row.tags} /> },
  asOf: { title: 'Age', size: 72, min: 72, sort: 'asOf', render: (row) => <Age iso={row.asOf} short /> },
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
