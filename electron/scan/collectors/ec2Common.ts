import type { CollectContext } from '../types.ts';
import { scopeOf } from './common.ts';

/** EC2 lists without a page size fall under a stricter limit, so every list names one. */
export const EC2_PAGE = 1_000;

export async function loadEc2(context: CollectContext) {
  const sdk = await import('@aws-sdk/client-ec2');
  return { sdk, client: context.clients.client(sdk.EC2Client, scopeOf(context)) };
}
