import { create } from 'zustand';
import { type ActivityFilter, NO_FILTER } from './activityFilter.ts';

interface ActivityScreenState {
  filter: ActivityFilter;
  /** The line whose plan is open, by its id. */
  openId: string | null;
}

/** Outlives the screen, so that coming back finds it as it was left. */
export const useActivity = create<ActivityScreenState>(() => ({ filter: NO_FILTER, openId: null }));

export function setFilter(patch: Partial<ActivityFilter>): void {
  useActivity.setState(({ filter }) => ({ filter: { ...filter, ...patch } }));
}
