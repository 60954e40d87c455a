import { create } from 'zustand';
import { ActivityQuery } from '../../../preload/contract/models.ts';
import { keepView } from '../../state/address.ts';
import { type ActivityFilter, NO_FILTER } from './activityFilter.ts';

interface ActivityScreenState {
  filter: ActivityFilter;
  /** The line whose plan is open, by its id. */
  openId: string | null;
}

/** Outlives the screen, so that coming back finds it as it was left. */
export const useActivity = create<ActivityScreenState>(() => ({ filter: NO_FILTER, openId: null }));

keepView('activity', {
  read: () => useActivity.getState(),
  restore: (saved) => {
    const { filter, openId } = saved as Partial<ActivityScreenState>;
    const fits = filter !== undefined && ActivityQuery.safeParse(filter).success;
    useActivity.setState({
      filter: fits ? filter : NO_FILTER,
      openId: typeof openId === 'string' ? openId : null,
    });
  },
  subscribe: useActivity.subscribe,
});

export function setFilter(patch: Partial<ActivityFilter>): void {
  useActivity.setState(({ filter }) => ({ filter: { ...filter, ...patch } }));
}
