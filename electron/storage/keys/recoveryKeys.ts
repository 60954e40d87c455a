import { randomBytes, randomInt } from 'node:crypto';
import type { KeyInfo } from '../../../preload/contract/models.ts';
import { AppError } from '../../errors.ts';
import type { Emit } from '../../events.ts';
import type { Shell } from '../../platform/shell.ts';
import type { DocsApi, KeysApi } from '../api.ts';
import type { MasterKeys } from './masterKeys.ts';
import { requireStrong } from './passphrase.ts';
import { plainDigits, RECOVERY_GROUPS, RECOVERY_KEY_BYTES, recoveryGroups } from './recoveryText.ts';
import type { SlotKind } from './slots.ts';

const ASKED = 3;
const SHOWN_FOR_MS = 30 * 60_000;
const KIND = 'keys';
const POSTPONED = 'recovery_postponed';

interface Options {
  keys: KeysApi;
  docs: Pick<DocsApi, 'get' | 'put' | 'delete'>;
  masterKeys: Pick<MasterKeys, 'source' | 'passphraseChanged'>;
  shell: Pick<Shell, 'saveFile'>;
  /** Names the workspace in the file that the person saves. */
  installId: () => string;
  emit: Emit;
  /** Milliseconds that never go back. */
  now?: () => number;
}

interface Shown {
  groups: string[];
  ask: number[];
  until: number;
}

/**
 * The recovery key and the passphrase as the person handles them. A recovery key is shown once, stands in memory
 * alone until some of its groups were typed back, and counts only from then on.
 */
export class RecoveryKeys {
  readonly #options: Options;
  readonly #now: () => number;
  #shown: Shown | null = null;
  #expiry: NodeJS.Timeout | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  async info(): Promise<KeyInfo> {
    const { keys, docs } = this.#options;
    const [stored, postponed] = await Promise.all([keys.info(), docs.get(KIND, POSTPONED)]);
    return { ...stored, recoveryPostponed: postponed !== null };
  }

  /** Whether the status bar reminds: no recovery key, put off or not. */
  async missing(): Promise<boolean> {
    return !(await this.#options.keys.slots()).some(({ kind }) => kind === 'recovery');
  }

  /** After the workspace was opened: the passphrase of a key file opens backups as well. */
  async afterOpen(): Promise<void> {
    const { keys, masterKeys } = this.#options;
    const slot = await masterKeys.source.slot();
    if (slot === null || (await keys.slots()).some(({ kind }) => kind === slot.kind)) return;
    await keys.adoptSlot(slot);
  }

  /** A new key in groups, and which of them (from 0) must be typed back. An earlier one stays valid until then. */
  create(): { groups: string[]; ask: number[] } {
    const groups = recoveryGroups(randomBytes(RECOVERY_KEY_BYTES));
    const ask = new Set<number>();
    while (ask.size < ASKED) ask.add(randomInt(RECOVERY_GROUPS));
    this.forget();
    this.#shown = { groups, ask: [...ask].sort((a, b) => a - b), until: this.#now() + SHOWN_FOR_MS };
    this.#expiry = setTimeout(() => this.forget(), SHOWN_FOR_MS).unref();
    return { groups: [...groups], ask: [...this.#shown.ask] };
  }

  /** @param typed the asked groups, in their order. KEY_WRONG names the first that differs; the key stays shown. */
  async confirm(typed: string[]): Promise<KeyInfo> {
    const { groups, ask } = this.#requireShown();
    const differs = ask.find((group, at) => plainDigits(typed[at] ?? '') !== groups[group]);
    if (differs !== undefined || typed.length !== ask.length) {
      const which = differs === undefined ? '' : ` ${differs + 1}`;
      throw new AppError(
        'KEY_WRONG',
        `Group${which} is not as it was shown. Look at the key again and type what you wrote down.`,
      );
    }
    await this.#options.keys.putSlot({ kind: 'recovery', text: groups.join('') });
    this.forget();
    await this.#options.docs.delete(KIND, POSTPONED);
    return this.#changed();
  }

  /** Hands the shown key to the person as a text file. */
  save(): ReturnType<Shell['saveFile']> {
    const { groups } = this.#requireShown();
    const { installId, shell } = this.#options;
    return shell.saveFile('cloudops-recovery-key.txt', Buffer.from(recoverySheet(groups, installId())));
  }

  async postpone(): Promise<KeyInfo> {
    await this.#options.docs.put(KIND, POSTPONED, { at: new Date().toISOString() });
    return this.#changed();
  }

  /** Sets or changes it. INVALID_INPUT for one that is too easy to guess. */
  async setPassphrase(text: string): Promise<KeyInfo> {
    requireStrong(text);
    const slot = await this.#options.keys.putSlot({ kind: 'passphrase', text });
    await this.#options.masterKeys.passphraseChanged(slot);
    return this.#changed();
  }

  /** NOT_FOUND when there is none. Backups made before still open with it: they carry their own slots. */
  async revoke(kind: SlotKind): Promise<KeyInfo> {
    if (kind === 'passphrase' && (await this.#options.masterKeys.source.slot()) !== null) {
      throw new AppError(
        'INVALID_INPUT',
        'This passphrase opens the key file at each start, so it cannot be removed. Change it instead.',
      );
    }
    await this.#options.keys.removeSlot(kind);
    return this.#changed();
  }

  /** Throws away a key that was shown and not confirmed: after its time, and when the workspace is locked. */
  forget(): void {
    clearTimeout(this.#expiry);
    this.#shown = null;
  }

  #requireShown(): Shown {
    if (this.#shown !== null && this.#now() < this.#shown.until) return this.#shown;
    this.forget();
    throw new AppError(
      'NOT_FOUND',
      'There is no recovery key waiting to be confirmed: after half an hour, or when the workspace is locked, it is thrown away. Make a new one; what you wrote down before does not count.',
    );
  }

  async #changed(): Promise<KeyInfo> {
    this.#options.emit('keys.changed', {});
    return this.info();
  }
}

function recoverySheet(groups: string[], installId: string): string {
  const rows = [groups.slice(0, 7), groups.slice(7)].map((row) => `    ${row.join('  ')}`);
  return [
    'CloudOps recovery key',
    '',
    ...rows,
    '',
    `Workspace: ${installId}`,
    `Made: ${new Date().toISOString().slice(0, 10)}`,
    '',
    'Whoever has this key and the data or a backup can read everything in it. Keep it apart from the',
    'machine, e.g. printed or in a password manager. With it, and without the machine, all backups of',
    'this workspace can be opened. It replaces every recovery key made for this workspace before.',
    '',
  ].join('\r\n');
}
