import type { Payload, Point, PointStore } from '../PointStore.ts';
import type { MergeCounts } from './restoreFile.ts';

/** Scan cells of the workspace that a backup is merged into: what a completed one no longer saw was deleted in AWS. */
export interface CompletedCells {
  /** When the cell of this resource last completed, in ms; null when it never did. */
  completedAt(payload: Payload): number | null;
}

export interface MergePlan {
  counts: MergeCounts;
  /** Ids of the points that come from the backup. */
  wins: Set<string>;
}

/** Newer revision wins, then later `last_synced`; what a later scan found deleted stays deleted. */
export async function planEstateMerge(
  store: PointStore,
  collection: string,
  incoming: AsyncIterable<Point[]>,
  cells: CompletedCells,
): Promise<MergePlan> {
  const plan: MergePlan = { counts: { added: 0, updated: 0, kept: 0, skipped: 0 }, wins: new Set() };
  for await (const points of incoming) {
    const present = await store.get(
      collection,
      points.map(({ id }) => id),
    );
    const known = new Map(present.map((point) => [point.id, point]));
    for (const point of points) {
      const what = verdict(point, known.get(point.id), cells);
      plan.counts[what] += 1;
      if (what === 'added' || what === 'updated') plan.wins.add(point.id);
    }
  }
  return plan;
}

function verdict(theirs: Point, ours: Point | undefined, cells: CompletedCells): keyof MergeCounts {
  const synced = ({ payload }: Point) => Number(payload.last_synced ?? 0);
  if (ours === undefined) {
    const completed = cells.completedAt(theirs.payload);
    return completed !== null && completed > synced(theirs) ? 'skipped' : 'added';
  }
  const newer =
    Number(theirs.payload.revision) - Number(ours.payload.revision) || synced(theirs) - synced(ours);
  return newer > 0 ? 'updated' : 'kept';
}
