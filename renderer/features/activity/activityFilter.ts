import type { ActivityQuery, ActivityRow, Risk } from '../../../preload/contract/models.ts';
import { firstOf } from '../../../preload/contract/text.ts';

export type ActivityState = ActivityRow['state'];

export interface ActivityFilter {
  text: string;
  states: readonly ActivityState[];
  accountIds: readonly string[];
  risks: readonly Risk[];
}

export const NO_FILTER: ActivityFilter = { text: '', states: [], accountIds: [], risks: [] };

export function isFiltered(filter: ActivityFilter): boolean {
  return (
    filter.text.trim() !== '' || filter.states.length + filter.accountIds.length + filter.risks.length > 0
  );
}

/** Empty lists mean "all" and are left out; accounts are narrowed to the scope, which governs every screen. */
export function toQuery(filter: ActivityFilter, scopeAccounts: readonly string[]): ActivityQuery {
  const inside =
    scopeAccounts.length === 0
      ? filter.accountIds
      : filter.accountIds.filter((accountId) => scopeAccounts.includes(accountId));
  const accountIds = inside.length > 0 ? inside : scopeAccounts;
  return {
    text: firstOf(filter.text.trim(), 200),
    ...(filter.states.length > 0 ? { states: [...filter.states] } : {}),
    ...(accountIds.length > 0 ? { accountIds: [...accountIds] } : {}),
    ...(filter.risks.length > 0 ? { risks: [...filter.risks] } : {}),
  };
}

/** The words for each state; the first groups are what people look for. */
export const STATES: readonly { value: ActivityState; label: string }[] = [
  { value: 'checking', label: 'checking' },
  { value: 'sending', label: 'sending' },
  { value: 'waiting', label: 'waiting' },
  { value: 'succeeded', label: 'succeeded' },
  { value: 'failed', label: 'failed' },
  { value: 'refused', label: 'refused' },
  { value: 'unknown', label: 'unknown' },
  { value: 'stopped_waiting', label: 'stopped waiting' },
  { value: 'rejected', label: 'rejected' },
  { value: 'expired', label: 'expired' },
  { value: 'recorded', label: 'recorded' },
];

export const RISKS: readonly { value: Risk; label: string }[] = [
  { value: 'read', label: 'reads only' },
  { value: 'low', label: 'low risk' },
  { value: 'high', label: 'high risk' },
  { value: 'destructive', label: 'destructive' },
];
