import { useMemo } from 'react';
import type { Account } from '../../preload/contract/models.ts';
import { useRequest } from './queries.ts';

const NONE: Account[] = [];

/** The connected accounts, and by id. */
export function useAccounts() {
  const { data, isPending, error, refetch } = useRequest('accounts.list', {});
  const accounts = data?.accounts ?? NONE;
  const byId = useMemo(() => new Map(accounts.map((account) => [account.accountId, account])), [accounts]);
  return { accounts, byId, isPending, error, refetch };
}
