import { create } from 'zustand';

/** What the panel at the right shows: a resource, or a plan made from one. */
export type DetailsItem = { kind: 'resource'; id: string } | { kind: 'plan'; planId: string };

interface DetailsState {
  /** The last one is shown; those before it are the way back. Empty = closed. */
  stack: DetailsItem[];
}

export const useDetails = create<DetailsState>(() => ({ stack: [] }));

/** Opens the panel on this resource, with no way back. */
export function openResource(id: string): void {
  useDetails.setState({ stack: [{ kind: 'resource', id }] });
}

/** Shows an item on top of the present one, which stays one step back. */
export function pushDetails(item: DetailsItem): void {
  useDetails.setState(({ stack }) => ({ stack: [...stack, item] }));
}

export function backDetails(): void {
  useDetails.setState(({ stack }) => ({ stack: stack.slice(0, -1) }));
}

export function closeDetails(): void {
  useDetails.setState({ stack: [] });
}
