/** How far around its old place a row is looked for after a refetch. */
const REACH = 200;

/**
 * Where the row `id` stands now, looking outwards from `near`; null when it is not within reach. `idAt` gives
 * the id of a row of the new result, or undefined while it is not there.
 */
export function findNear(
  idAt: (index: number) => string | undefined,
  id: string,
  near: number,
): number | null {
  for (let step = 0; step <= REACH; step++) {
    if (idAt(near + step) === id) return near + step;
    if (idAt(near - step) === id) return near - step;
  }
  return null;
}
