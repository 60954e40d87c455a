import { AppError } from '../../errors.ts';
import type { KeysApi, StoredKeys } from '../api.ts';
import type { AppDb } from '../appDb.ts';
import type { ChatStorage } from '../chatStorage.ts';
import type { EstateStorage } from '../estateStorage.ts';
import type { KeyringStore } from '../keys/keyringStore.ts';
import type { KeySlot, SlotKind, SlotSecret } from '../keys/slots.ts';
import type { PointStore } from '../PointStore.ts';
import type { Sealer } from '../sealing.ts';
import type { Work } from '../work.ts';
import type { IndexKeyChange, RebuiltIndex } from './indexKey.ts';
import { Reencryption, type Resealed } from './reencryption.ts';

interface Parts {
  keys: KeyringStore;
  store: PointStore;
  sealer: Sealer;
  docs: AppDb;
  chat: ChatStorage;
  estate: EstateStorage;
  collections: { chat: string; estate: string };
  indexKey: IndexKeyChange;
  /** Resolves when the index in memory is not being filled. */
  whenLoaded(): Promise<void>;
  /** The estate has new ids: the index in memory is filled anew. */
  reloadIndex(): void;
}

/** What can be done with the keys of an open workspace. */
export class WorkspaceKeys implements KeysApi {
  readonly #parts: Parts;
  readonly #reencryption: Reencryption;

  constructor(parts: Parts) {
    const { store, sealer, docs, chat, estate, collections, keys } = parts;
    this.#parts = parts;
    this.#reencryption = new Reencryption({
      store,
      sealer,
      tables: [docs, docs.history],
      chat: { collection: collections.chat, exclusively: (id, work) => chat.exclusively(id, work) },
      estate: { collection: collections.estate, exclusively: (work) => estate.exclusively(work) },
      rotated: () => keys.keyring.retired('records').length > 0,
      currentKey: () => keys.keyring.current('records').id,
    });
  }

  async info(): Promise<StoredKeys> {
    const { keys } = this.#parts;
    return {
      slots: keys.slots().map(({ kind, createdAt }) => ({ kind, createdAt })),
      dataKeys: keys.dataKeys(),
      toReencrypt: await this.#reencryption.count(),
    };
  }

  async slots(): Promise<KeySlot[]> {
    return this.#parts.keys.slots();
  }

  putSlot(secret: SlotSecret): Promise<KeySlot> {
    return this.#parts.keys.putSlot(secret);
  }

  adoptSlot(slot: KeySlot): Promise<void> {
    return this.#parts.keys.adoptSlot(slot);
  }

  removeSlot(kind: SlotKind): Promise<void> {
    return this.#parts.keys.removeSlot(kind);
  }

  async rotateRecords(): Promise<void> {
    if (this.#parts.keys.keyring.plain) throw notEncrypted();
    await this.#parts.keys.addKey('records');
  }

  reencrypt(work: Work): Promise<Resealed> {
    return this.#reencryption.run(work);
  }

  async rebuildIndexKey(work: Work): Promise<RebuiltIndex> {
    await this.#parts.whenLoaded();
    return this.#parts.estate.exclusively(async () => {
      await this.settleIndexKey();
      const { keyring } = this.#parts.keys;
      const before = keyring.current('index').id;
      try {
        return await this.#parts.indexKey.run(work);
      } finally {
        // Also when it failed later: on a full disk the history gets its new ids at the next opening.
        if (keyring.current('index').id !== before) this.#parts.reloadIndex();
      }
    });
  }

  /** Before a write to the estate: a change that the engine's failure left open is ended first. */
  async settleIndexKey(): Promise<void> {
    if ((await this.#parts.indexKey.settle()) === 'finished') this.#parts.reloadIndex();
  }
}

function notEncrypted(): AppError {
  return new AppError(
    'INVALID_INPUT',
    'The records of this workspace are not encrypted (encryption.enabled: false), so there is no key to change.',
  );
}
