import { z } from 'zod';
import { CELL_STATUSES, ScanCell, ScanRun } from './accounts.ts';
import { AccountId, Iso } from './common.ts';

const CellStatus = z.enum(CELL_STATUSES);

/** Cells that could not be read for one reason, in whatever account and region. */
export const ScanCause = z.object({
  status: CellStatus,
  /** In words for the user, without the region; null = nobody said why. */
  message: z.string().nullable(),
  cells: z.number().int(),
  accounts: z.number().int(),
  examples: z.array(ScanCell.pick({ accountId: true, region: true, service: true })),
});
export type ScanCause = z.infer<typeof ScanCause>;

/** What was read and what was not, over all cells: its size does not grow with how many they are. */
export const Coverage = z.object({
  /** Those that were read or tried; one that is only planned is none of them yet. */
  cells: z.number().int(),
  problems: z.number().int(),
  /** Resources in them. */
  found: z.number().int(),
  /** How many cells stand at each status, planned ones included. */
  statuses: z.partialRecord(CellStatus, z.number().int()),
  /** The oldest and the newest time at which a cell completed. */
  oldest: Iso.nullable(),
  newest: Iso.nullable(),
  services: z.array(
    z.object({
      service: z.string(),
      found: z.number().int(),
      read: z.number().int(),
      total: z.number().int(),
    }),
  ),
  /** Without `global`. */
  regions: z.array(z.object({ region: z.string(), found: z.number().int() })),
  /** The most frequent reasons, most cells first. */
  causes: z.array(ScanCause),
});
export type Coverage = z.infer<typeof Coverage>;

export const ScanStatus = z.object({ run: ScanRun.nullable(), coverage: Coverage });
export type ScanStatus = z.infer<typeof ScanStatus>;

/** All that are given must hold; what is left out or empty means all. `global` is a region of its own here. */
export const CellsFilter = z.strictObject({
  accountIds: z.array(z.string()).max(1_000).optional(),
  regions: z.array(z.string()).max(1_000).optional(),
  services: z.array(z.string()).max(1_000).optional(),
  statuses: z.array(CellStatus).optional(),
});
export type CellsFilter = z.infer<typeof CellsFilter>;

/** A cell as a list shows it. */
export const CellRow = ScanCell.pick({
  accountId: true,
  region: true,
  service: true,
  status: true,
  count: true,
  asOf: true,
  message: true,
});
export type CellRow = z.infer<typeof CellRow>;

/** Rows of a list of cells that stand side by side because one account could not read them for one reason. */
export const CellGroup = z.object({
  /** Offset of its first row, and how many follow each other. */
  start: z.number().int(),
  cells: z.number().int(),
  accountId: AccountId,
  status: CellStatus,
  /** Without the region that each cell's own words name. */
  message: z.string().nullable(),
  /** How many different ones, and one of them. */
  regions: z.object({ count: z.number().int(), first: z.string() }),
  services: z.object({ count: z.number().int(), first: z.string() }),
  found: z.number().int(),
  oldest: Iso.nullable(),
});
export type CellGroup = z.infer<typeof CellGroup>;
