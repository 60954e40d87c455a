import type { SampleAccount } from './accounts.ts';
import { awsError } from './awsError.ts';
import type { RegionState, SampleState } from './state.ts';

/** One SDK call as the simulated AWS sees it. */
export interface SampleCall {
  account: SampleAccount;
  region: string;
  /** Undefined where the account runs nothing. */
  state: RegionState | undefined;
  memory: SampleState;
}

/**
 * Answers by operation, in the SDK's own output shapes; inputs are the SDK's own, which its types state.
 * `never` as input lets each answer name its own.
 */
export type Answers = Record<string, (call: SampleCall, input: never) => object>;

export function listed<T>(items: readonly T[] | undefined): T[] {
  return [...(items ?? [])];
}

/** All items, or those asked for by id; an id that is not there is refused as AWS refuses it. */
export function chosen<T, K extends keyof T>(
  items: T[],
  field: K,
  ids: string[] | undefined,
  notFound: string,
): T[] {
  if (!ids || ids.length === 0) return items;
  return ids.map((id) => {
    const found = items.find((item) => item[field] === id);
    if (!found) throw awsError(notFound, `The id '${id}' does not exist`, 404);
    return found;
  });
}

export function toTagList(tags: Record<string, string> | undefined): { Key: string; Value: string }[] {
  return Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
}
