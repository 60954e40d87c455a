import { toAppError } from '../aws/errors.ts';
import { partitionOfRegion } from '../aws/partitions.ts';
import type { ClientPool } from '../aws/types.ts';
import { AppError } from '../errors.ts';

/**
 * The regions that are switched on for an account, its own partition's only. Asked per account, because
 * accounts differ. Rejects with an AppError.
 */
export async function enabledRegions(
  clients: ClientPool,
  at: { profile: string; homeRegion: string; partition: string },
  signal: AbortSignal,
): Promise<string[]> {
  const { EC2Client, DescribeRegionsCommand } = await import('@aws-sdk/client-ec2');
  const { profile, homeRegion: region } = at;
  // The patience of an execution: this call decides whether AWS can be reached at all.
  const client = clients.client(EC2Client, { profile, region, purpose: 'execute' });
  try {
    const answer = await client.send(new DescribeRegionsCommand({ AllRegions: false }), {
      abortSignal: signal,
    });
    const names = (answer.Regions ?? []).flatMap(({ RegionName }) => RegionName ?? []);
    const enabled = names.filter((name) => partitionOfRegion(name) === at.partition).sort();
    if (enabled.length > 0) return enabled;
  } catch (error) {
    throw toAppError(error, { call: 'ec2:DescribeRegions', region, profile });
  }
  throw new AppError(
    'AWS_FAILED',
    `ec2:DescribeRegions in ${region} named no region for profile ${profile}.`,
  );
}
