import { z } from 'zod';

/**
 * Documents that say of an account (the key) when all its resources were removed here, so that a merge does not
 * bring back what is older. A stored format.
 */
export const REMOVED_KIND = 'removed';
export const RemovedResources = z.object({
  accountId: z.string(),
  at: z.iso.datetime(),
  /** The account was forgotten with them: this ends once it is connected again. */
  forgotten: z.boolean(),
});
export type RemovedResources = z.infer<typeof RemovedResources>;
