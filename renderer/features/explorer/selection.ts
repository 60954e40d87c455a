import type { ResourceSummary } from '../../../preload/contract/models.ts';

/** Selected rows by id, in the order they were selected. */
export type Selection = ReadonlyMap<string, ResourceSummary>;
export const NOTHING: Selection = new Map();

export function toggled(selection: Selection, row: ResourceSummary): Selection {
  const next = new Map(selection);
  if (!next.delete(row.id)) next.set(row.id, row);
  return next;
}

/** With the rows of a range, as Shift does: those in it are selected, others stay. */
export function withRange(selection: Selection, rows: ResourceSummary[]): Selection {
  return new Map([...selection, ...rows.map((row) => [row.id, row] as const)]);
}

/** One line per selected row. */
export const namesOf = (selection: Selection): string => lines(selection, (row) => row.name);
export const arnsOf = (selection: Selection): string => lines(selection, (row) => row.arn);

function lines(selection: Selection, of: (row: ResourceSummary) => string): string {
  return [...selection.values()].map(of).join('\n');
}
