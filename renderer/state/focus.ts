/**
 * Where the focus goes when what had it is gone. A person who has no mouse, or does not see the page, must never
 * find it on nothing: the next Tab would begin at the top of the window.
 */

/** Around what had the focus: the nearest of these that is still there takes it. */
const REGIONS = '[role="dialog"], section, form, article, aside, nav, main';
/** Later than those who know better: a dialog that gives the focus back, a step that takes it. */
const AFTER_OTHERS_MS = 60;

/** The heading of the screen, or of the page before there are screens. */
export const pageHeading = (): HTMLElement | null => document.querySelector<HTMLElement>('h1[tabindex]');

/** Nothing in particular has the focus: keys that belong to no field act on the list. */
export function isOnPage(target: EventTarget | null): boolean {
  return target === document.body || (target instanceof Element && target === pageHeading());
}

/** The focus goes to a part of the page that takes none by Tab. */
export function focusPart(part: HTMLElement | null): void {
  if (!part) return;
  if (!part.hasAttribute('tabindex')) part.tabIndex = -1;
  part.focus({ preventScroll: true });
}

/** Past the search and the filters: to the rows, or to the heading where there are none. */
export function skipToContent(): void {
  const content = document.querySelector<HTMLElement>('main [data-content]');
  if (content) content.focus();
  else focusPart(pageHeading());
}

/** Follows the focus for as long as the page is there; returns the way to stop. */
export function keepFocus(page: Document): () => void {
  let last: HTMLElement | null = null;
  let around: HTMLElement[] = [];
  const onFocus = ({ target }: FocusEvent) => {
    if (!(target instanceof HTMLElement)) return;
    // A notice goes away by itself: the way back is to what was worked on before it.
    const before = target.closest('[data-notices]') && last ? [last] : [];
    last = target;
    around = [...before, ...regionsOf(target)];
  };
  const settle = () => {
    if (last === null || page.activeElement !== page.body) return;
    if (last.isConnected) {
      // It could not be used for a moment, as a button is while it works.
      if (!last.matches(':disabled')) last.focus({ preventScroll: true });
      return;
    }
    const region = around.find((one) => one.isConnected) ?? null;
    const heading = region?.matches('main, [role="dialog"]')
      ? region.querySelector<HTMLElement>('h1, h2')
      : null;
    focusPart(heading ?? region ?? pageHeading());
  };
  const observer = new MutationObserver((changes) => {
    if (last === null || page.activeElement !== page.body) return;
    const gone = !last.isConnected;
    const usable = changes.some(({ type, target }) => type === 'attributes' && target === last);
    if (gone || usable) window.setTimeout(settle, AFTER_OTHERS_MS);
  });
  page.addEventListener('focusin', onFocus);
  observer.observe(page.body, { childList: true, subtree: true, attributeFilter: ['disabled'] });
  return () => {
    page.removeEventListener('focusin', onFocus);
    observer.disconnect();
  };
}

function regionsOf(element: HTMLElement): HTMLElement[] {
  const found: HTMLElement[] = [];
  for (
    let at = element.parentElement?.closest<HTMLElement>(REGIONS);
    at;
    at = at.parentElement?.closest<HTMLElement>(REGIONS)
  )
    found.push(at);
  return found;
}
