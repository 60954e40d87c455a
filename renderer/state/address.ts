import { type DetailsItem, useDetails } from './details.ts';
import { SCREENS, type ScreenId, useNav } from './nav.ts';

/**
 * Each view has an address, `#/explorer` or `#/explorer/<id of what is open>`: a reload, back and forward, and a
 * link bring it back. What was typed (search, filters, drafts) is kept with the entry of the history, not in the
 * address: addresses end up in bookmarks and on shared screens.
 */

/** A part of the view that a feature keeps in a store of its own. */
export interface ViewPart {
  /** What can be cloned: it outlives a reload. */
  read(): unknown;
  /** Takes what `read` gave, perhaps in an earlier version of the app: what does not fit is left out. */
  restore(saved: unknown): void;
  subscribe(listener: () => void): () => void;
  /** On its own screen, another value is another step of the way back. */
  step?(): string;
}

interface View {
  screen: ScreenId;
  details: DetailsItem | null;
  parts: Record<string, unknown>;
}

/** The browser allows only so many changes of an entry in a time. */
const WRITE_MS = 400;

const parts = new Map<string, { part: ViewPart; screen: ScreenId }>();
let stop = () => {};

/** Once per feature, when its store is made. */
export function keepView(screen: ScreenId, part: ViewPart): void {
  parts.set(screen, { part, screen });
}

/** Brings back what the address says, and keeps it in step from then on. Call once all parts are known. */
export function followAddress(page: Window): void {
  stop();
  let bringing = true;
  let timer: number | undefined;
  restore(page);
  let current = viewNow();
  let step = stepOf(current);
  bringing = false;

  const write = () => {
    page.clearTimeout(timer);
    timer = undefined;
    page.history.replaceState({ view: current }, '', hashOf(current));
  };
  const changed = () => {
    if (bringing) return;
    const next = viewNow();
    const nextStep = stepOf(next);
    if (nextStep !== step) {
      write();
      page.history.pushState({ view: next }, '', hashOf(next));
    }
    current = next;
    step = nextStep;
    timer ??= page.setTimeout(write, WRITE_MS);
  };
  const back = () => {
    bringing = true;
    page.clearTimeout(timer);
    timer = undefined;
    restore(page);
    current = viewNow();
    step = stepOf(current);
    bringing = false;
  };
  const leave = () => {
    current = viewNow();
    write();
  };
  const stops = [
    useNav.subscribe(changed),
    useDetails.subscribe(changed),
    ...[...parts.values()].map(({ part }) => part.subscribe(changed)),
  ];
  page.addEventListener('popstate', back);
  // Before the page goes: by `pagehide` the history is no longer written.
  page.addEventListener('beforeunload', leave);
  write();
  stop = () => {
    page.clearTimeout(timer);
    for (const one of stops) one();
    page.removeEventListener('popstate', back);
    page.removeEventListener('beforeunload', leave);
  };
}

function viewNow(): View {
  const { stack } = useDetails.getState();
  return {
    screen: useNav.getState().screen,
    details: stack.at(-1) ?? null,
    parts: Object.fromEntries([...parts].map(([name, { part }]) => [name, part.read()])),
  };
}

function stepOf({ screen }: View): string {
  return `${screen} ${parts.get(screen)?.part.step?.() ?? ''}`;
}

const hashOf = ({ screen, details }: View): string =>
  details === null
    ? `#/${screen}`
    : `#/${screen}/${details.kind === 'plan' ? `plan/${details.planId}` : details.id}`;

/** From the entry of the history where it is one of ours, else from the address alone. */
function restore({ history, location }: Window): void {
  const saved = (history.state as { view?: Partial<View> } | null)?.view;
  const linked = viewOf(location.hash);
  const screen = saved?.screen ?? linked?.screen;
  if (screen === undefined || !SCREENS.includes(screen)) return;
  useNav.setState(({ visit }) => ({ screen, intent: null, visit: visit + 1 }));
  for (const [name, { part }] of parts)
    if (saved?.parts && name in saved.parts) part.restore(saved.parts[name]);
  const details = saved ? (saved.details ?? null) : (linked?.details ?? null);
  useDetails.setState({ stack: details === null ? [] : [details], enter: false });
}

/** `#/explorer/1f2e…`; null for any other text. */
export function viewOf(hash: string): Pick<View, 'screen' | 'details'> | null {
  const [, screen, kind, id] = /^#\/(\w+)(?:\/(plan\/)?([\w-]+))?$/.exec(hash) ?? [];
  const known = SCREENS.find((one) => one === screen);
  if (known === undefined) return null;
  if (id === undefined) return { screen: known, details: null };
  return { screen: known, details: kind ? { kind: 'plan', planId: id } : { kind: 'resource', id } };
}
