import type { ResourceFilter, Settings } from '../../preload/contract/models.ts';

/** A filter narrowed to the scope: what the person chose inside it, else the scope itself. */
export function scopeFilter(filter: ResourceFilter, scope: Settings['scope']): ResourceFilter {
  return {
    ...filter,
    ...narrow('accountIds', filter.accountIds, scope.accountIds),
    ...narrow('regions', filter.regions, scope.regions),
  };
}

function narrow(key: 'accountIds' | 'regions', chosen: string[] | undefined, scope: string[]) {
  if (scope.length === 0) return {};
  const inside = chosen?.filter((value) => scope.includes(value)) ?? [];
  return { [key]: inside.length > 0 ? inside : scope };
}
