import { create } from 'zustand';
import { type ScreenId, useNav } from './nav.ts';

/** What the panel at the right shows: a resource, or a plan made from one. */
export type DetailsItem = { kind: 'resource'; id: string } | { kind: 'plan'; planId: string };

interface DetailsState {
  /** The last one is shown; those before it are the way back. Empty = closed. */
  stack: DetailsItem[];
  /** The focus is to move into the panel, which then takes this back. */
  enter: boolean;
}

export const useDetails = create<DetailsState>(() => ({ stack: [], enter: false }));

/**
 * Each screen has its panel: what is open on one does not stand beside another, and is there again on return. Here
 * are those of the screens that are not shown.
 */
const elsewhere = new Map<ScreenId, DetailsItem[]>();
useNav.subscribe(({ screen }, before) => {
  if (screen === before.screen) return;
  elsewhere.set(before.screen, useDetails.getState().stack);
  useDetails.setState({ stack: elsewhere.get(screen) ?? [], enter: false });
});

/** Opens the panel on this item, with no way back. The focus stays in the list that is gone through. */
export function openDetails(item: DetailsItem): void {
  useDetails.setState({ stack: [item] });
}

/** Opens the panel from outside a list: it is what the person wants to read now. */
export function goToResource(id: string): void {
  useDetails.setState({ stack: [{ kind: 'resource', id }], enter: true });
}

export const enterDetails = (): void => useDetails.setState({ enter: true });

/** Shows an item on top of the present one, which stays one step back. */
export function pushDetails(item: DetailsItem): void {
  useDetails.setState(({ stack }) => ({ stack: [...stack, item], enter: true }));
}

export function backDetails(): void {
  useDetails.setState(({ stack }) => ({ stack: stack.slice(0, -1), enter: true }));
}

export function closeDetails(): void {
  useDetails.setState({ stack: [], enter: false });
}

/** On every screen: what they show is no longer there. */
export function closeAllDetails(): void {
  elsewhere.clear();
  closeDetails();
}
