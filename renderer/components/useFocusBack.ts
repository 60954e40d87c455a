import { useEffect, useState } from 'react';

/**
 * For what is mounted while it is open, as dialogs are: when it goes, the focus goes back to what opened it, to
 * the button of the menu it was chosen from, or, when that is gone too, to the part of the screen it was in.
 */
export function useFocusBack(): void {
  // While rendering: in the same commit a menu takes its item, and the focus on it, away.
  const [back] = useState(() => wayBack(document.activeElement));
  useEffect(
    () => () => {
      // Later than the removal itself, and never away from where somebody else has put the focus meanwhile.
      window.setTimeout(() => {
        if (document.activeElement !== null && document.activeElement !== document.body) return;
        back()?.focus({ preventScroll: true });
      });
    },
    [back],
  );
}

const REGIONS = 'section, aside, nav, main';

function wayBack(active: Element | null): () => HTMLElement | null {
  const menu = active?.closest('[role="menu"]');
  const opener = menu ? document.getElementById(menu.getAttribute('aria-labelledby') ?? '') : active;
  const regions: HTMLElement[] = [];
  for (
    let at = opener?.closest<HTMLElement>(REGIONS);
    at;
    at = at.parentElement?.closest<HTMLElement>(REGIONS)
  )
    regions.push(at);
  return () => {
    if (opener instanceof HTMLElement && opener.isConnected && !opener.matches(':disabled')) return opener;
    const region = regions.find((one) => one.isConnected) ?? document.querySelector<HTMLElement>('main');
    if (region && !region.hasAttribute('tabindex')) region.tabIndex = -1;
    return region;
  };
}
