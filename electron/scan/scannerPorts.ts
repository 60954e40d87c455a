import type { Account } from '../../preload/contract/models.ts';
import { partitionOfArn } from '../aws/partitions.ts';
import type { ClientPool, Sessions } from '../aws/types.ts';
import { AppError } from '../errors.ts';
import type { Emit } from '../events.ts';
import type { DocsApi, EstateStorageApi } from '../storage/api.ts';
import type { Collector } from './types.ts';

export interface ScannerPorts {
  accounts: {
    list(): Promise<Account[]>;
    get(accountId: string): Promise<Account | null>;
    /** Says that a scan of the account came to its end. */
    scanned(accountId: string, at: string): Promise<void>;
  };
  /** Where a profile's calls without a region go: `Profiles.homeRegion`. */
  homeRegion(profile: string): Promise<string>;
  sessions: Pick<Sessions, 'identity'>;
  clients: ClientPool;
  estate: Pick<EstateStorageApi, 'bulkUpsert' | 'syncFromAws' | 'byType' | 'upsert' | 'delete'>;
  docs: Pick<DocsApi, 'list' | 'putCells'>;
  emit: Emit;
  /** Takes faults that have no words for the user. */
  report(error: unknown): void;
  /** Default: all of `collectors/index.ts`. */
  collectors?: readonly Collector[];
}

/** What is left out means all. */
export interface ScanScope {
  accountIds?: string[] | undefined;
  regions?: string[] | undefined;
  services?: string[] | undefined;
}

/**
 * The account's partition. Rejects when the profile's keys are now another account's: what it lists must
 * never be written under this one.
 */
export async function requireOwner(
  sessions: Pick<Sessions, 'identity'>,
  profile: string,
  accountId: string,
  options: { fresh?: boolean } = {},
): Promise<string> {
  const identity = await sessions.identity(profile, options);
  if (identity.accountId === accountId) return partitionOfArn(identity.arn);
  throw new AppError(
    'PROFILE_BROKEN',
    `Profile ${profile} now belongs to account ${identity.accountId}, not to ${accountId}. Connect your profiles again.`,
  );
}
