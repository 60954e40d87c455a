import { create } from 'zustand';
import type { ResourceQuery } from '../../preload/contract/models.ts';

export const SCREENS = ['chat', 'explorer', 'activity', 'accounts', 'backup', 'settings'] as const;
export type ScreenId = (typeof SCREENS)[number];

/** Where to go, and what to show there first. A screen reads its own part once with `takeIntent`. */
export type NavIntent =
  | { screen: 'explorer'; query: ResourceQuery }
  | { screen: 'activity'; executionId: string }
  | { screen: 'accounts'; section: 'coverage' }
  | { screen: 'settings'; section: 'storage' | 'keys' }
  | { screen: 'chat'; text: string }
  | { screen: 'chat'; conversationId: string };

interface NavState {
  screen: ScreenId;
  intent: NavIntent | null;
  /** Counts the ways here: whoever goes to the screen that is shown arrives on it all the same. */
  visit: number;
}

export const useNav = create<NavState>(() => ({ screen: 'chat', intent: null, visit: 0 }));

export function navigate(to: ScreenId | NavIntent): void {
  const there = typeof to === 'string' ? { screen: to, intent: null } : { screen: to.screen, intent: to };
  useNav.setState(({ visit }) => ({ ...there, visit: visit + 1 }));
}

/** The intent for this screen, taken away so that it acts once. */
export function takeIntent<S extends NavIntent['screen']>(
  screen: S,
): Extract<NavIntent, { screen: S }> | null {
  const { intent } = useNav.getState();
  if (intent?.screen !== screen) return null;
  useNav.setState({ intent: null });
  return intent as Extract<NavIntent, { screen: S }>;
}
