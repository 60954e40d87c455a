import { create } from 'zustand';
import type { ResourceFilter, ResourceQuery, ResourceSort } from '../../../preload/contract/models.ts';

export type FilterKey = keyof ResourceFilter;

interface ExplorerState {
  text: string;
  filter: ResourceFilter;
  sort: ResourceSort[];
  ignoreChips: string[];
  /** Where the list stood when the screen was left, in px. */
  scrollTop: number;
}

const EMPTY = { text: '', filter: {}, sort: [], ignoreChips: [] };

/** What the person is looking for; kept while other screens are shown. */
export const useExplorer = create<ExplorerState>(() => ({ ...EMPTY, scrollTop: 0 }));

const change = (part: Partial<ExplorerState>) => useExplorer.setState({ scrollTop: 0, ...part });

export function setText(text: string): void {
  // What was switched off belonged to that text.
  change(text.trim() === '' ? { text, ignoreChips: [] } : { text });
}

export const setSort = (sort: ResourceSort[]): void => change({ sort });
export const ignoreChip = (id: string): void =>
  change({ ignoreChips: [...useExplorer.getState().ignoreChips, id] });
export const restoreChips = (): void => change({ ignoreChips: [] });
export const clearSearch = (): void => change(EMPTY);

export function show(query: ResourceQuery): void {
  change({ text: query.text, filter: query.filter, sort: query.sort, ignoreChips: query.ignoreChips });
}

export function toggleFacet(key: FilterKey, value: string): void {
  const { filter } = useExplorer.getState();
  const { [key]: before = [], ...others } = filter;
  const values: string[] = before;
  const next = values.includes(value) ? values.filter((each) => each !== value) : [...values, value];
  change({ filter: next.length === 0 ? others : ({ ...others, [key]: next } as ResourceFilter) });
}

export function clearFacet(key: FilterKey): void {
  const { [key]: _, ...others } = useExplorer.getState().filter;
  change({ filter: others });
}

/** How many values are chosen in the facets. */
export const chosenCount = (filter: ResourceFilter): number =>
  Object.values(filter).reduce((sum, values) => sum + (values?.length ?? 0), 0);
