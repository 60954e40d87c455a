import { z } from 'zod';
import { CELL_STATUSES, ScanCell } from '../../preload/contract/models.ts';
import { cleanText } from '../aws/text.ts';

/** The kind of the documents that hold the scan cells; their key is `account|region|service`. */
export const SCAN_CELL_KIND = 'scan_cell';

/** What a service's cell of version 0.1.0 covered, which kept one time for all of it. */
const FIRST_TYPES: Readonly<Record<string, readonly string[]>> = {
  ec2: ['ec2_instance', 'ec2_volume', 'ec2_vpc', 'ec2_subnet', 'ec2_security_group'],
  rds: ['rds_instance'],
  s3: ['s3_bucket'],
  lambda: ['lambda_function'],
  elbv2: ['elbv2_load_balancer', 'elbv2_target_group'],
  dynamodb: ['dynamodb_table'],
  sqs: ['sqs_queue'],
};

const Stored = ScanCell.extend({
  // A later version may have more ways to end.
  status: z.string(),
  listed: z.record(z.string(), z.iso.datetime()).optional(),
});

/** A scan cell as it is kept: what a cell says of a type is said of that type alone, never of one it did not list. */
export interface StoredCell extends ScanCell {
  /** When the listing of each type last came to its end; a type that is not named was never listed here. */
  listed: Record<string, string>;
}

/** As a scan hands it over. Without `listed` it says of all that version 0.1.0 listed what `asOf` says. */
export type CellToStore = ScanCell & { listed?: Record<string, string> };

/** Null for what is no cell. */
export function readCell(value: unknown): StoredCell | null {
  const parsed = Stored.safeParse(value);
  if (!parsed.success) return null;
  const { listed, ...cell } = parsed.data;
  return { ...withKnownStatus(cell), listed: listed ?? firstListed(cell) };
}

/** What a listing said of its types holds, whatever became of the cell. */
function withKnownStatus(cell: Omit<ScanCell, 'status'> & { status: string }): ScanCell {
  const status = CELL_STATUSES.find((known) => known === cell.status);
  if (status !== undefined) return { ...cell, status };
  const message =
    cell.message ?? `It ended as "${cleanText(cell.status, 40)}", which this version does not know.`;
  return { ...cell, status: 'failed', message };
}

function firstListed({ service, asOf }: Pick<ScanCell, 'service' | 'asOf'>): Record<string, string> {
  const types = Object.hasOwn(FIRST_TYPES, service) ? (FIRST_TYPES[service] ?? []) : [];
  return asOf === null ? {} : Object.fromEntries(types.map((type) => [type, asOf]));
}
