import type { QueryChip, Resource, ResourceType } from '../../../../preload/contract/models.ts';
import { splitWords } from '../text.ts';

/** Something a query can say and a resource can be. */
export interface Concept {
  id: string;
  kind: QueryChip['kind'];
  /** What the chip says. */
  label: string;
  /** Types it can be true of; undefined = all. A negated concept credits only these. */
  types?: readonly ResourceType[];
  /** How surely it is true of the resource: 0 to 1. */
  holds: (view: ResourceView) => number;
}

/** How people say a concept. `weight` below 1 = it may also mean something else. */
export interface Wording {
  phrase: string;
  concept: string;
  weight: number;
}

/** What the dictionary reads of a resource, resolved once per resource. */
export class ResourceView {
  readonly resource: Resource;
  readonly type: ResourceType;
  readonly state: string;
  readonly nameWords: ReadonlySet<string>;
  /** Lower-case tag key -> value. */
  readonly tags: ReadonlyMap<string, string>;

  #environment: string | undefined;
  #isEnvironmentKnown = false;

  constructor(resource: Resource) {
    this.resource = resource;
    this.type = resource.resourceType;
    this.state = resource.state ?? '';
    this.nameWords = new Set(splitWords(resource.name));
    this.tags = new Map(Object.entries(resource.tags).map(([key, value]) => [key.toLowerCase(), value]));
  }

  /** Read once however many concepts ask. */
  environment(read: (view: ResourceView) => string | undefined): string | undefined {
    if (!this.#isEnvironmentKnown) this.#environment = read(this);
    this.#isEnvironmentKnown = true;
    return this.#environment;
  }

  /** A fact by AWS's own field name, from the facts or the top level of the describe answer. */
  fact(...names: string[]): string | number | boolean | undefined {
    for (const name of names) {
      const value = this.resource.facts[name] ?? topLevel(this.resource.raw, name);
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
    }
    return undefined;
  }

  /** The fact as lower-case text; '' when absent. */
  text(...names: string[]): string {
    return String(this.fact(...names) ?? '').toLowerCase();
  }

  constraint(name: string): boolean | undefined {
    return this.resource.constraints[name];
  }

  named(...words: string[]): boolean {
    return words.some((word) => this.nameWords.has(word));
  }
}

function topLevel(raw: unknown, name: string): unknown {
  return typeof raw === 'object' && raw !== null && Object.hasOwn(raw, name)
    ? (raw as Record<string, unknown>)[name]
    : undefined;
}

/** `flag` is a boolean as AWS gives it, or its text. */
export const isTrue = (flag: unknown) => flag === true || /^(true|yes|enabled|on)$/i.test(String(flag));
export const isFalse = (flag: unknown) => flag === false || /^(false|no|disabled|off)$/i.test(String(flag));

/** Wordings of one concept; `loosely` are words that often mean something else. */
export function wordings(concept: string, surely: string, loosely = ''): Wording[] {
  const list = (text: string, weight: number) =>
    text
      .split(',')
      .map((phrase) => phrase.trim())
      .filter(Boolean)
      .map((phrase) => ({ phrase, concept, weight }));
  return [...list(surely, 1), ...list(loosely, 0.6)];
}
