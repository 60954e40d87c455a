import type { Account, ConnectResult, Identity, Profile } from '../../preload/contract/models.ts';
import type { Profiles } from '../aws/profiles.ts';
import type { Sessions } from '../aws/types.ts';
import { AppError } from '../errors.ts';
import type { Emit } from '../events.ts';
import type { DocsApi, EstateStorageApi, JournalApi } from '../storage/api.ts';
import {
  type AccountRecord,
  readAccount,
  type Unlock,
  withIdentities,
  withoutProfile,
} from './accountRecords.ts';
import { ProfileIdentities } from './profileIdentities.ts';

const KIND = 'accounts';
/** A clock set back by more than this since an unlock ends it. */
const CLOCK_TOLERANCE_MS = 60_000;

export interface AccountsPorts {
  profiles: Pick<Profiles, 'list'>;
  sessions: Pick<Sessions, 'identity'>;
  docs: Pick<DocsApi, 'list' | 'put' | 'delete'>;
  journal: Pick<JournalApi, 'append'>;
  estate: Pick<EstateStorageApi, 'countByAccount'>;
  emit: Emit;
}

export interface AccountsOptions {
  /** False where a mistake costs nothing, as in the sample workspace. */
  startReadOnly?: boolean;
  /** Milliseconds since 1970; people can set it. */
  now?: () => number;
  /** Milliseconds since an arbitrary start; never goes back. */
  monotonic?: () => number;
}

export interface AccountPatch {
  name?: string | undefined;
  production?: boolean | undefined;
  color?: string | undefined;
  scanningProfile?: string | undefined;
}

/** The connected accounts, the one profile that scans each, and which profiles may change things now. */
export class Accounts {
  readonly #ports: AccountsPorts;
  readonly #startReadOnly: boolean;
  readonly #now: () => number;
  readonly #monotonic: () => number;
  /** Ends of this run's unlocks by the clock nobody can set. */
  readonly #deadlines = new Map<string, number>();
  readonly #identities: ProfileIdentities;
  #loading: Promise<Map<string, AccountRecord>> | undefined;
  /** Changes happen one after the other: each starts from what the one before left. */
  #changes: Promise<unknown> = Promise.resolve();

  constructor(ports: AccountsPorts, options: AccountsOptions = {}) {
    this.#ports = ports;
    this.#identities = new ProfileIdentities(ports);
    this.#startReadOnly = options.startReadOnly ?? true;
    this.#now = options.now ?? Date.now;
    this.#monotonic = options.monotonic ?? (() => performance.now());
  }

  /**
   * Asks AWS whose each profile is and adds it to its account. One profile's failure is its own result; each
   * result is announced as soon as it is there. Whoever had answered when it is cancelled is connected.
   */
  async connect(names: string[]): Promise<{ accounts: Account[]; results: ConnectResult[] }> {
    const kinds = new Map((await this.#ports.profiles.list()).map((profile) => [profile.name, profile]));
    const results = await this.#identities.ask([...new Set(names)], kinds);
    const identities = results.flatMap(({ identity }) => identity ?? []);
    await this.#inOrder(() => this.#addAll(identities, kinds));
    return { accounts: await this.list(), results };
  }

  /** Ends every connect under way: nothing more is asked, and nothing that is asked is waited for. */
  cancelConnect(): void {
    this.#identities.cancel();
  }

  /** Reads the stored accounts anew: a restore or a removal changed them. */
  reload(): void {
    this.#loading = undefined;
  }

  async list(): Promise<Account[]> {
    return this.#views([...(await this.#load()).values()]);
  }

  async get(accountId: string): Promise<Account | null> {
    const account = (await this.#load()).get(accountId);
    return account ? this.#view(account) : null;
  }

  async update(accountId: string, patch: AccountPatch): Promise<Account> {
    const changed = await this.#change(accountId, (account) => {
      const { scanningProfile = account.scanningProfile } = patch;
      if (!account.profiles.some(({ name }) => name === scanningProfile)) {
        throw new AppError(
          'INVALID_INPUT',
          `Profile ${scanningProfile} does not belong to account ${account.name}.`,
        );
      }
      return {
        ...account,
        name: patch.name ?? account.name,
        production: patch.production ?? account.production,
        color: patch.color ?? account.color,
        scanningProfile,
      };
    });
    return this.#view(changed);
  }

  /** Lets a profile change things for some minutes. `by` is the client that asked. */
  async unlock(profile: string, minutes: number, by: string): Promise<Account> {
    const { accountId } = await this.#ownerOf(profile);
    const at = this.#now();
    const deadline = this.#monotonic() + minutes * 60_000;
    const until = new Date(at + minutes * 60_000).toISOString();
    await this.#ports.journal.append({ kind: 'profile_unlocked', profile, accountId, until, by });
    const unlocked = { at: new Date(at).toISOString(), until };
    const changed = await this.#change(accountId, (account) => setUnlock(account, profile, unlocked));
    this.#deadlines.set(profile, deadline);
    return this.#view(changed);
  }

  /** Takes effect at once, even when it cannot be stored or recorded. */
  async lock(profile: string, by: string): Promise<Account> {
    const { accountId } = await this.#ownerOf(profile);
    this.#deadlines.set(profile, Number.NEGATIVE_INFINITY);
    const changed = await this.#change(accountId, (account) => setUnlock(account, profile, null));
    await this.#ports.journal.append({ kind: 'profile_locked', profile, accountId, by });
    return this.#view(changed);
  }

  /** For the executor: rejects with READ_ONLY unless this profile may change this account now. */
  async requireUnlocked(profile: string, accountId: string): Promise<void> {
    const account = (await this.#load()).get(accountId);
    const own = account?.profiles.find(({ name }) => name === profile);
    if (!account || !own) {
      throw new AppError('READ_ONLY', `Profile ${profile} is not connected to account ${accountId}.`);
    }
    if (this.#isUnlocked(profile, own.unlocked)) return;
    throw new AppError(
      'READ_ONLY',
      `Profile ${profile} is read-only in account ${account.name}. Unlock it for a time to change things.`,
    );
  }

  /** Remembers when a scan of the account came to its end. */
  async scanned(accountId: string, at: string): Promise<void> {
    if ((await this.#load()).has(accountId)) {
      await this.#change(accountId, (account) => ({ ...account, lastScanAt: at }));
    }
  }

  async #addAll(identities: Identity[], kinds: Map<string, Profile>): Promise<void> {
    const accounts = await this.#load();
    const unlocked = this.#startReadOnly ? null : { at: new Date(this.#now()).toISOString(), until: null };
    const byAccount = Map.groupBy(identities, ({ accountId }) => accountId);
    for (const [accountId, [first, ...rest]] of byAccount) {
      if (!first) continue;
      const known = accounts.get(accountId) ?? null;
      const index = accounts.size;
      await this.#store(withIdentities(known, [first, ...rest], { unlocked, kinds, index }));
    }
    await this.#leaveOthers(new Map(identities.map(({ profile, accountId }) => [profile, accountId])));
    this.#ports.emit('accounts.changed', {});
  }

  /** A profile whose keys are now another account's no longer stands for the old one; rows stay with their age. */
  async #leaveOthers(owners: ReadonlyMap<string, string>): Promise<void> {
    const accounts = await this.#load();
    for (const account of [...accounts.values()]) {
      const left = account.profiles.filter(
        ({ name }) => (owners.get(name) ?? account.accountId) !== account.accountId,
      );
      if (left.length === 0) continue;
      const rest = left.reduce<AccountRecord | null>(
        (record, { name }) => record && withoutProfile(record, name),
        account,
      );
      if (rest) await this.#store(rest);
      else {
        await this.#ports.docs.delete(KIND, account.accountId);
        accounts.delete(account.accountId);
      }
    }
  }

  async #ownerOf(profile: string): Promise<AccountRecord> {
    for (const account of (await this.#load()).values()) {
      if (account.profiles.some(({ name }) => name === profile)) return account;
    }
    throw new AppError('NOT_FOUND', `Profile ${profile} is not connected.`);
  }

  async #change(
    accountId: string,
    change: (account: AccountRecord) => AccountRecord,
  ): Promise<AccountRecord> {
    const changed = await this.#inOrder(async () => {
      const account = (await this.#load()).get(accountId);
      if (!account) throw new AppError('NOT_FOUND', `Account ${accountId} is not connected.`);
      return this.#store(change(account));
    });
    this.#ports.emit('accounts.changed', {});
    return changed;
  }

  #inOrder<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#changes.then(work, work);
    this.#changes = done.catch(() => undefined);
    return done;
  }

  async #store(account: AccountRecord): Promise<AccountRecord> {
    await this.#ports.docs.put(KIND, account.accountId, account);
    (await this.#load()).set(account.accountId, account);
    return account;
  }

  #load(): Promise<Map<string, AccountRecord>> {
    if (!this.#loading) {
      const loading = this.#ports.docs.list(KIND).then((documents) => {
        const records = documents.map(({ key, value }) => readAccount(key, value));
        return new Map(records.map((record) => [record.accountId, record]));
      });
      this.#loading = loading;
      loading.catch(() => {
        this.#loading = undefined;
      });
    }
    return this.#loading;
  }

  async #view(record: AccountRecord): Promise<Account> {
    const [view] = await this.#views([record]);
    if (!view) throw new AppError('INTERNAL', 'The account could not be read.');
    return view;
  }

  /** One question for all of them: how many accounts there are must not show in how long it takes. */
  async #views(records: AccountRecord[]): Promise<Account[]> {
    const counts = await this.#ports.estate.countByAccount(records.map(({ accountId }) => accountId));
    return records.map((record) => this.#viewWith(record, counts[record.accountId] ?? 0));
  }

  #viewWith(record: AccountRecord, resourceCount: number): Account {
    const profiles = record.profiles.map(({ name, arn, unlocked }) => {
      const open = this.#isUnlocked(name, unlocked);
      return { name, arn, readOnly: !open, unlockedUntil: open ? (unlocked?.until ?? null) : null };
    });
    return { ...record, profiles, resourceCount };
  }

  /** Ends by the wall clock or the monotonic one, whichever says so first. */
  #isUnlocked(profile: string, unlocked: Unlock | null): boolean {
    if (!unlocked) return false;
    const deadline = this.#deadlines.get(profile) ?? Number.POSITIVE_INFINITY;
    if (this.#monotonic() >= deadline) return false;
    if (unlocked.until === null) return true;
    const now = this.#now();
    return now >= Date.parse(unlocked.at) - CLOCK_TOLERANCE_MS && now < Date.parse(unlocked.until);
  }
}

function setUnlock(account: AccountRecord, profile: string, unlocked: Unlock | null): AccountRecord {
  const profiles = account.profiles.map((own) => (own.name === profile ? { ...own, unlocked } : own));
  return { ...account, profiles };
}
