import { type Browser, chromium, type Page } from 'playwright-core';
import type { RouteName } from '../../preload/contract/requests.ts';

const EXECUTABLE = process.env.CLOUDOPS_TEST_CHROMIUM ?? '/usr/bin/chromium';
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: ARGS });
}

export interface WatchedPage {
  page: Page;
  /** What the page's console called an error, and exceptions nobody caught. */
  errors: string[];
  /** Resolves when the app has answered the page's next request of this route. Ask before the click. */
  answer(route: RouteName): Promise<void>;
}

/** A fresh profile: no storage of an earlier run. */
export async function openPage(
  browser: Browser,
  address: string,
  options: { dark?: boolean; width?: number; height?: number } = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1400, height: options.height ?? 900 },
    colorScheme: options.dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  const waiting: { route: RouteName; id?: number; done(): void }[] = [];
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => {
      const { id, route } = JSON.parse(String(payload));
      for (const one of waiting) if (one.id === undefined && one.route === route) one.id = id;
    });
    socket.on('framereceived', ({ payload }) => {
      const { type, id } = JSON.parse(String(payload));
      for (const one of waiting) if (type === 'response' && one.id === id) one.done();
    });
  });
  await page.goto(address);
  const answer = (route: RouteName) => new Promise<void>((done) => void waiting.push({ route, done }));
  return { page, errors, answer };
}
