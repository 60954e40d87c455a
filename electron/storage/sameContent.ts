import type { Resource } from '../../preload/contract/models.ts';
import { lastingReason } from '../estate/reasons.ts';
import { orderedOf } from '../estate/types.ts';

/** What of a resource is compared and stored: not its id, its age, its revision. */
type Content = Omit<Resource, 'id' | 'asOf' | 'revision'>;

/**
 * Whether two contents of one resource are the same. Lists are compared without their order, which AWS mostly does
 * not keep, but for those that the type declares `ordered`. `except` names paths that do not count, as
 * `volatileOf(type)` does: with it, whether the resource has changed; with none, whether anything is to be written.
 */
export function sameContent(a: Content, b: Content, except: readonly string[] = []): boolean {
  return same(lasting(a), lasting(b), branches(except), branches(orderedOf(a.resourceType)));
}

/** One text for all contents that are the same in this sense, for digests. */
export function contentText(content: Content, except: readonly string[] = []): string {
  return textOf(lasting(content), branches(except), branches(orderedOf(content.resourceType)));
}

/**
 * What counts of a content, whichever version wrote it. Not by which version it was read; not the answer's own tags,
 * which `tags` has (0.1.0 kept those of some types there alone); of a reason not AWS's words (0.1.0 kept them too).
 */
function lasting({ read: _, raw, unknown, ...content }: Content): object {
  const reasons = unknown && Object.entries(unknown).map(([field, why]) => [field, lastingReason(why)]);
  return {
    ...content,
    raw: isObject(raw) && 'Tags' in raw ? { ...raw, Tags: undefined } : raw,
    unknown: reasons && Object.fromEntries(reasons),
  };
}

/** Paths as a tree: by member, `[]` for the items of a list. `ends` = a path ends here. */
interface Branch {
  ends: boolean;
  next: Map<string, Branch>;
}
type At = Branch | undefined;
const ITEMS = '[]';

const grown = new WeakMap<readonly string[], Branch>();

function branches(paths: readonly string[]): Branch {
  const known = grown.get(paths);
  if (known) return known;
  const root: Branch = { ends: false, next: new Map() };
  for (const path of paths) {
    let at = root;
    // `raw.Targets[].Health` -> raw, Targets, [], Health
    for (const step of path.replaceAll(ITEMS, `.${ITEMS}`).split('.')) {
      const next: Branch = at.next.get(step) ?? { ends: false, next: new Map() };
      at.next.set(step, next);
      at = next;
    }
    at.ends = true;
  }
  grown.set(paths, root);
  return root;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function same(a: unknown, b: unknown, except: At, ordered: At): boolean {
  if (Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b)) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && sameList(a, b, except, ordered);
  }
  const names = members(a, except);
  if (names.length !== members(b, except).length) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return names.every(
    (name) =>
      Object.hasOwn(right, name) &&
      same(left[name], right[name], except?.next.get(name), ordered?.next.get(name)),
  );
}

function sameList(a: unknown[], b: unknown[], except: At, ordered: At): boolean {
  const [skipped, sequence] = [except?.next.get(ITEMS), ordered?.next.get(ITEMS)];
  if (a.every((item, at) => same(item, b[at], skipped, sequence))) return true;
  if (ordered?.ends) return false;
  const texts = (list: unknown[]) => list.map((item) => textOf(item, skipped, sequence)).sort();
  const others = texts(b);
  return texts(a).every((text, at) => text === others[at]);
}

/** Names of what counts; a member without a value is none, as in JSON. */
function members(value: object, except: At): string[] {
  return Object.keys(value).filter(
    (name) => (value as Record<string, unknown>)[name] !== undefined && except?.next.get(name)?.ends !== true,
  );
}

function textOf(value: unknown, except: At, ordered: At): string {
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) {
    const texts = value.map((item) => textOf(item, except?.next.get(ITEMS), ordered?.next.get(ITEMS)));
    return `[${(ordered?.ends ? texts : texts.sort()).join(',')}]`;
  }
  const told = members(value, except)
    .sort()
    .map((name) => {
      const text = textOf(
        (value as Record<string, unknown>)[name],
        except?.next.get(name),
        ordered?.next.get(name),
      );
      return `${JSON.stringify(name)}:${text}`;
    });
  return `{${told.join(',')}}`;
}
