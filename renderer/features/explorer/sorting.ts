import type { ResourceSort } from '../../../preload/contract/models.ts';

const MAX_SORTS = 4;

/**
 * The next order after a click on a column: ascending, descending, none. With Shift the column joins the
 * others (or turns within them); without, it stands alone.
 */
export function nextSort(sort: ResourceSort[], field: ResourceSort['field'], add: boolean): ResourceSort[] {
  const own = sort.find((each) => each.field === field);
  const turned = own === undefined ? { field, descending: false } : { field, descending: true };
  if (!add)
    return own?.descending && sort.length === 1
      ? []
      : [sort.length > 1 ? { field, descending: false } : turned];
  if (own?.descending) return sort.filter((each) => each !== own);
  if (own) return sort.map((each) => (each === own ? turned : each));
  return [...sort, turned].slice(-MAX_SORTS);
}
