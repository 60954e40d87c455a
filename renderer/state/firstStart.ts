import { create } from 'zustand';

/**
 * Whether the first-start screens are in use: connecting makes the app "onboarded" while the person still
 * reads who the profiles are. `scanWhenReady`: a workspace just opened is to be scanned once it is ready.
 */
export const useFirstStart = create<{ open: boolean; scanWhenReady: boolean }>(() => ({
  open: false,
  scanWhenReady: false,
}));
