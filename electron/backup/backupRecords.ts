import { z } from 'zod';
import { BackupPart, BackupSettings, DEFAULT_BACKUP_SETTINGS } from '../../preload/contract/models.ts';
import type { DocsApi } from '../storage/api.ts';

const KIND = 'backup';
const SETTINGS = 'settings';
const STATE = 'state';

const Time = z.string().nullable().default(null);
const TimeByPart = z.partialRecord(BackupPart, z.string());
/** A stored format: fields are added, never renamed. */
const State = z
  .object({
    /** By place and id: when a backup was last proved, and what was found damaged. */
    proofs: z.record(z.string(), z.object({ at: z.string(), damaged: z.string().nullable() })).default({}),
    /** Since when backups by themselves are wanted. */
    wantedSince: Time,
    /** Read alone: what stood in for `goodAt` while every backup held everything. */
    lastGoodAt: Time,
    /** When the last good backup of each part was made in the wanted place. */
    goodAt: TimeByPart.optional(),
    /** When the person cancelled the schedule's backup of a part: it is due again an interval later. */
    cancelledAt: TimeByPart.default({}),
    /** The schedule's last try, and how many failed in a row. */
    lastTryAt: Time,
    failures: z.number().int().default(0),
    lastProofAt: Time,
    lastNoticeAt: Time,
  })
  .transform(({ lastGoodAt, goodAt, ...state }) => ({ ...state, goodAt: goodAt ?? ofAllParts(lastGoodAt) }));
export type BackupState = z.infer<typeof State>;
/** One number used to serve all parts. */
const StoredInterval = BackupSettings.shape.intervalHours.shape.state.transform((hours) => sameForAll(hours));
const READERS = {
  ...BackupSettings.shape,
  intervalHours: z.union([BackupSettings.shape.intervalHours, StoredInterval]),
};
export type SettingsPatch = { [K in keyof BackupSettings]?: BackupSettings[K] | undefined };

/** Settings and small facts about backups, sealed with the other documents (kind `backup`). */
export class BackupRecords {
  readonly #docs: Pick<DocsApi, 'get' | 'put'>;
  #updating: Promise<void> = Promise.resolve();

  constructor(docs: Pick<DocsApi, 'get' | 'put'>) {
    this.#docs = docs;
  }

  /** A stored setting that this version cannot read falls back to its default; the others stay. */
  async settings(): Promise<BackupSettings> {
    const stored = await this.#docs.get(KIND, SETTINGS);
    const entries = Object.entries(typeof stored === 'object' && stored !== null ? stored : {});
    const known = entries.flatMap(([name, value]) => {
      const reader = Object.hasOwn(READERS, name) ? READERS[name as keyof BackupSettings] : undefined;
      const read = reader?.safeParse(value);
      return read?.success ? [[name, read.data]] : [];
    });
    return { ...DEFAULT_BACKUP_SETTINGS, ...Object.fromEntries(known) };
  }

  async saveSettings(settings: BackupSettings): Promise<void> {
    await this.#docs.put(KIND, SETTINGS, settings);
  }

  async state(): Promise<BackupState> {
    const parsed = State.safeParse((await this.#docs.get(KIND, STATE)) ?? {});
    return parsed.success ? parsed.data : State.parse({});
  }

  /** One change at a time, so that none overwrites another. */
  async update(change: (state: BackupState) => Partial<BackupState>): Promise<void> {
    const next = this.#updating.then(async () => {
      const state = await this.state();
      await this.#docs.put(KIND, STATE, { ...state, ...change(state) });
    });
    this.#updating = next.catch(() => undefined);
    await next;
  }
}

function sameForAll<T>(value: T): Record<BackupPart, T> {
  return { chat_history: value, aws_estate: value, state: value };
}

function ofAllParts(at: string | null): z.infer<typeof TimeByPart> {
  return at === null ? {} : sameForAll(at);
}

/** Names a backup of one place in the proofs. */
export const proofKey = (place: 'local' | 's3', backupId: string) => `${place}/${backupId}`;
