import { z } from 'zod';
import { Iso } from './common.ts';

export const SLOT_KINDS = ['recovery', 'passphrase'] as const;
/** A way to the master key beside its source; kept beside the data and in every backup manifest. */
export const KeySlotInfo = z.object({ kind: z.enum(SLOT_KINDS), createdAt: Iso });
export const KeyInfo = z.object({
  slots: z.array(KeySlotInfo),
  /** The person chose to be reminded later. */
  recoveryPostponed: z.boolean(),
  dataKeys: z.array(
    z.object({ purpose: z.string(), keyId: z.number().int(), createdAt: Iso, current: z.boolean() }),
  ),
  /** Records still sealed under an earlier data key. */
  toReencrypt: z.number().int(),
});
export type KeyInfo = z.infer<typeof KeyInfo>;
