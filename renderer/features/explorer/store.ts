import { create } from 'zustand';
import { ResourceFilter, type ResourceQuery, ResourceSort } from '../../../preload/contract/models.ts';
import { keepView } from '../../state/address.ts';

export type FilterKey = keyof ResourceFilter;

interface ExplorerState {
  text: string;
  filter: ResourceFilter;
  sort: ResourceSort[];
  /** Chips switched off, with the words of the text they came from. */
  ignored: { id: string; words: string }[];
}

const EMPTY = { text: '', filter: {}, sort: [], ignored: [] };

/** What the person is looking for; kept while other screens are shown. */
export const useExplorer = create<ExplorerState>(() => EMPTY);

/** Where the list stands, in px; outside the store, for scrolling must draw nothing but rows. */
export const place = { top: 0 };

keepView('explorer', {
  read: () => ({ ...useExplorer.getState(), top: place.top }),
  restore: (saved) => {
    const { text, filter, sort, ignored, top } = saved as Partial<ExplorerState & typeof place>;
    useExplorer.setState({
      text: typeof text === 'string' ? text : '',
      filter: ResourceFilter.safeParse(filter).data ?? {},
      sort: ResourceSort.array().safeParse(sort).data ?? [],
      ignored: Array.isArray(ignored) ? ignored.filter((one) => typeof one?.words === 'string') : [],
    });
    place.top = typeof top === 'number' ? top : 0;
  },
  subscribe: useExplorer.subscribe,
});

function change(part: Partial<ExplorerState>): void {
  place.top = 0;
  useExplorer.setState(part);
}

export function setText(text: string): void {
  // What was switched off belonged to words that are gone.
  const { ignored } = useExplorer.getState();
  const lower = text.toLowerCase();
  change({ text, ignored: ignored.filter(({ words }) => lower.includes(words.toLowerCase())) });
}

export const setSort = (sort: ResourceSort[]): void => change({ sort });
export const ignoreChip = (id: string, words: string): void =>
  change({ ignored: [...useExplorer.getState().ignored, { id, words }] });
export const restoreChips = (): void => change({ ignored: [] });
export const clearSearch = (): void => change(EMPTY);

export function show(query: ResourceQuery): void {
  const ignored = query.ignoreChips?.map((id) => ({ id, words: query.text })) ?? [];
  change({ text: query.text, filter: query.filter, sort: query.sort, ignored });
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
