import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Axe {
  run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
}

/** `rules`: only these; null = all. */
async function violations(page: Page, rules: string[] | null): Promise<string[]> {
  return page.evaluate(async (values) => {
    // A colour on its way from one theme to the other is none of either.
    for (const one of document.getAnimations()) if (one instanceof CSSTransition) one.finish();
    const { axe } = window as unknown as { axe: Axe };
    const only = values === null ? {} : { runOnly: { type: 'rule', values } };
    const result = await axe.run({ resultTypes: ['violations'], ...only });
    return result.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`);
  }, rules);
}

/** What axe finds on a page that follows the system's theme. Only what has to do with colours differs between the two. */
export async function violationsInBothThemes(page: Page): Promise<string[]> {
  // A tooltip under a mouse that was left lying is not part of the page.
  await page.mouse.move(0, 0);
  await page.getByRole('tooltip').waitFor({ state: 'hidden' });
  // Through the debugger, since the page's policy lets no foreign script in.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource);
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
    const rules = colorScheme === 'light' ? null : ['color-contrast', 'link-in-text-block'];
    found.push(...(await violations(page, rules)).map((one) => `${colorScheme}: ${one}`));
  }
  return found;
}
