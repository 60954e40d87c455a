import type { Page } from 'playwright-core';

/** WCAG 2.5.8: what is pointed at is at least so large in both directions, in px. */
const TARGET = 24;

const INTERACTIVE =
  'a[href], button, input, select, textarea, summary, [role="button"], [role="slider"], [role="option"], [role="menuitem"], [role="separator"][tabindex]';

/**
 * Everything that can be pointed at and is smaller than 24 px: as `button "Copy" 18 × 18`. A box or radio counts
 * together with its label, for a click on either is the same. What is hidden, disabled or off the screen is left out.
 */
export function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(
    ({ least, selector }) => {
      const shown = (element: Element) =>
        element.checkVisibility({ visibilityProperty: true, opacityProperty: false });
      const around = (rects: DOMRect[]) => {
        const left = Math.min(...rects.map((rect) => rect.left));
        const top = Math.min(...rects.map((rect) => rect.top));
        const right = Math.max(...rects.map((rect) => rect.right));
        const bottom = Math.max(...rects.map((rect) => rect.bottom));
        return { left, top, right, bottom, width: right - left, height: bottom - top };
      };
      const found: string[] = [];
      for (const element of document.querySelectorAll<HTMLElement>(selector)) {
        if (!shown(element) || element.matches(':disabled, [aria-hidden="true"] *, .visually-hidden'))
          continue;
        const labels =
          element instanceof HTMLInputElement && ['checkbox', 'radio'].includes(element.type)
            ? [...(element.labels ?? [])]
            : [];
        const box = around([element, ...labels.filter(shown)].map((one) => one.getBoundingClientRect()));
        const seen = box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight;
        if (!seen || (box.width >= least - 0.01 && box.height >= least - 0.01)) continue;
        // The skip link is drawn only while it has the focus.
        if (element.matches('.skip-link:not(:focus)')) continue;
        const name = element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 40) ?? '';
        found.push(
          `${element.getAttribute('role') ?? element.tagName.toLowerCase()} "${name || element.getAttribute('type') || element.className}" ${Math.round(box.width * 10) / 10} × ${Math.round(box.height * 10) / 10}`,
        );
      }
      return [...new Set(found)];
    },
    { least: TARGET, selector: INTERACTIVE },
  );
}

/** Fills the cells that must not be cut with the longest that stands in them, so that no luck of the clock helps. */
export function fillCells(page: Page): Promise<void> {
  return page.evaluate(() => {
    for (const element of document.querySelectorAll<HTMLElement>('[data-uncut]')) {
      const longest = {
        age: element.textContent?.endsWith('ago') ? '59 min ago' : '59 min',
        region: 'ap-southeast-2',
      }[element.dataset.uncut ?? ''];
      const text = document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode();
      if (text && longest) text.nodeValue = longest;
    }
  });
}

/** Regions, ages and ids of the tables that are drawn shorter than they are: `us-gov-w… (region)`. */
export function cutCells(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>('[data-uncut]')) {
      if (!element.checkVisibility()) continue;
      const around = element.closest<HTMLElement>('td');
      const all = [element, ...element.querySelectorAll<HTMLElement>('*'), ...(around ? [around] : [])];
      const cut = all.find((one) => {
        const style = getComputedStyle(one);
        return (
          style.display !== 'inline' && style.overflowX !== 'visible' && one.scrollWidth > one.clientWidth
        );
      });
      if (cut)
        found.push(
          `${element.textContent} (${element.dataset.uncut}), ${cut.clientWidth} of ${cut.scrollWidth} px`,
        );
    }
    return [...new Set(found)];
  });
}

/**
 * What can be worked with and cannot be brought into sight: it lies outside of the window, or of a box that cuts it
 * off, and nothing around it scrolls that way.
 */
export function unreachable(page: Page): Promise<string[]> {
  return page.evaluate((selector) => {
    const found: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>(selector)) {
      if (!element.checkVisibility({ visibilityProperty: true })) continue;
      if (element.matches('.visually-hidden, [type="file"], [aria-hidden="true"] *')) continue;
      const before = new Map<Element, [number, number]>();
      for (let at = element.parentElement; at; at = at.parentElement)
        before.set(at, [at.scrollLeft, at.scrollTop]);
      element.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
      const inner = element.getBoundingClientRect();
      let cut = inner.right <= 0 || inner.left >= innerWidth || inner.bottom <= 0 || inner.top >= innerHeight;
      for (let at = element.parentElement; at; at = at.parentElement) {
        const { overflowX, overflowY } = getComputedStyle(at);
        const outer = at.getBoundingClientRect();
        // After all that a person can scroll was scrolled, it is still beyond the edge of what cuts it off.
        if (overflowX !== 'visible') cut ||= inner.left >= outer.right - 4 || inner.right <= outer.left + 4;
        if (overflowY !== 'visible') cut ||= inner.top >= outer.bottom - 4 || inner.bottom <= outer.top + 4;
      }
      for (const [at, [left, top]] of before) at.scrollTo({ left, top, behavior: 'instant' });
      const name = element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 40) ?? '';
      if (cut && name !== '') found.push(`${element.tagName.toLowerCase()} "${name}"`);
    }
    return [...new Set(found)];
  }, INTERACTIVE);
}
