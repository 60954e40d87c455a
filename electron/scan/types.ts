import type { Resource, ResourceType } from '../../preload/contract/models.ts';
import type { ClientPool } from '../aws/types.ts';

/** In place of a region that neither AWS nor what is stored tells. */
export const UNKNOWN_REGION = 'unknown';

/** A resource as a collector yields it; EstateStorage adds id, asOf and revision. */
export type CollectedResource = Omit<Resource, 'id' | 'asOf' | 'revision'>;

export interface CollectContext {
  accountId: string;
  partition: string;
  /** The region of the cell; for global services the region to call. */
  region: string;
  profile: string;
  clients: ClientPool;
  signal: AbortSignal;
  purpose: 'scan' | 'execute';
  /** A detail call that failed without failing the cell, e.g. one bucket's tags denied: the cell becomes `partial`. */
  reportPartial(message: string): void;
  /** Where a resource is stored as lying, for a listing that AWS does not tell it; null when that is not known either. */
  knownRegion(target: { resourceType: ResourceType; nativeId: string }): Promise<string | null>;
}

/** One kind of resource of one service; those of a service share a cell. A new one is its own file in `collectors/` and one line in `collectors/index.ts`. */
export interface Collector {
  service: string;
  /** Scanned once per account, as region `global`; its resources carry their own region. */
  global: boolean;
  resourceTypes: ResourceType[];
  /** The listing call in IAM's terms (`ec2:DescribeInstances`), for the words of its failure. */
  listAction: string;
  /** Yields pages as they arrive. Throws when the listing cannot be completed. */
  collect(context: CollectContext): AsyncGenerator<CollectedResource[]>;
  /** One resource as AWS shows it now; null when it no longer exists. */
  describe(
    context: CollectContext,
    target: { resourceType: ResourceType; nativeId: string },
  ): Promise<CollectedResource | null>;
}
