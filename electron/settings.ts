import { DEFAULT_SETTINGS, Settings } from '../preload/contract/models.ts';
import type { Emit } from './events.ts';
import type { DocsApi } from './storage/api.ts';

const KIND = 'settings';
const KEY = 'app';

/** The person's preferences, sealed with the rest. */
export class SettingsStore {
  readonly #docs: Pick<DocsApi, 'get' | 'put'>;
  readonly #emit: Emit;

  constructor(docs: Pick<DocsApi, 'get' | 'put'>, emit: Emit) {
    this.#docs = docs;
    this.#emit = emit;
  }

  /** A stored setting this version cannot read falls back to its default; the others stay. */
  async get(): Promise<Settings> {
    const stored = await this.#docs.get(KIND, KEY);
    const known = Object.entries(typeof stored === 'object' && stored !== null ? stored : {}).filter(
      ([name, value]) =>
        Object.hasOwn(Settings.shape, name) &&
        Settings.shape[name as keyof Settings].safeParse(value).success,
    );
    return { ...DEFAULT_SETTINGS, ...Object.fromEntries(known) };
  }

  async set(patch: { [K in keyof Settings]?: Settings[K] | undefined }): Promise<Settings> {
    const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
    const next = { ...(await this.get()), ...given };
    await this.#docs.put(KIND, KEY, next);
    this.#emit('settings.changed', {});
    return next;
  }
}
