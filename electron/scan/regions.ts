import type { DescribeRegionsCommandOutput } from '@aws-sdk/client-ec2';
import { toAppError } from '../aws/errors.ts';
import { globalRegion, knownRegions, partitionOfRegion } from '../aws/partitions.ts';
import type { ClientPool } from '../aws/types.ts';
import { AppError } from '../errors.ts';

/** Regions asked for the list before it is given up: what closes one of them may leave another open. */
const ASKED_AT_MOST = 5;
/** What no other region would answer better. */
const HOPELESS = ['CREDENTIALS_EXPIRED', 'CREDENTIALS_MISSING', 'CANCELLED'];

export interface RegionQuestion {
  profile: string;
  homeRegion: string;
  partition: string;
  /** Regions in which something is expected: asked for by name, or scanned before. */
  expected: string[];
}

/**
 * The regions that are switched on for an account, its own partition's only. Asked per account, because
 * accounts differ, in the profile's own region first: where a policy closes that one, in others. Rejects with
 * the first refusal, an AppError.
 */
export async function enabledRegions(
  clients: ClientPool,
  at: RegionQuestion,
  signal: AbortSignal,
): Promise<string[]> {
  const { homeRegion, partition, expected } = at;
  const order = [homeRegion, globalRegion(partition), ...expected, ...knownRegions(partition)];
  const inPartition = order.filter((region) => partitionOfRegion(region) === partition);
  let first: AppError | undefined;
  for (const region of [...new Set(inPartition)].slice(0, ASKED_AT_MOST)) {
    try {
      return await askIn(clients, at, region, signal);
    } catch (error) {
      signal.throwIfAborted();
      const refusal = toAppError(error, { call: 'ec2:DescribeRegions', region, profile: at.profile });
      if (HOPELESS.includes(refusal.code)) throw first ?? refusal;
      first ??= refusal;
    }
  }
  throw first ?? new AppError('AWS_FAILED', `No region is known for partition ${partition}.`);
}

async function askIn(
  clients: ClientPool,
  { profile, partition }: RegionQuestion,
  region: string,
  signal: AbortSignal,
): Promise<string[]> {
  const { EC2Client, DescribeRegionsCommand } = await import('@aws-sdk/client-ec2');
  // The patience of an execution: this call decides whether AWS can be reached at all.
  const client = clients.client(EC2Client, { profile, region, purpose: 'execute' });
  const ask = new DescribeRegionsCommand({ AllRegions: false });
  const enabled = namesIn(await client.send(ask, { abortSignal: signal }), partition);
  if (enabled.length > 0) return enabled;
  throw new AppError(
    'AWS_FAILED',
    `ec2:DescribeRegions in ${region} named no region for profile ${profile}.`,
  );
}

function namesIn(answer: DescribeRegionsCommandOutput, partition: string): string[] {
  const names = (answer.Regions ?? []).flatMap(({ RegionName }) => RegionName ?? []);
  return names.filter((name) => partitionOfRegion(name) === partition).sort();
}
