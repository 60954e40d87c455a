import type { Tag } from '@aws-sdk/client-ec2';
import type { CollectContext } from '../types.ts';
import { scopeOf, tagsOf } from './common.ts';

/** EC2 lists without a page size fall under a stricter limit, so every list names one. */
export const EC2_PAGE = 1_000;

export async function loadEc2(context: CollectContext) {
  const sdk = await import('@aws-sdk/client-ec2');
  return { sdk, client: context.clients.client(sdk.EC2Client, scopeOf(context)) };
}

/** EC2 gives no ARN for most of what it lists. `owner` differs from the account for shared subnets. */
export function ec2Arn(context: CollectContext, kind: string, id: string, owner?: string): string {
  return `arn:${context.partition}:ec2:${context.region}:${owner ?? context.accountId}:${kind}/${id}`;
}

export function nameAndTags(tags: Tag[] | undefined) {
  const all = tagsOf(tags);
  return { name: Object.hasOwn(all, 'Name') ? all.Name : undefined, tags: all };
}
