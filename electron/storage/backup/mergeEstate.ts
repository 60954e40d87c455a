import type { Point, PointStore } from '../PointStore.ts';
import type { RecordedDeletions } from './recordedDeletions.ts';
import type { MergeCounts } from './restoreFile.ts';

export interface MergePlan {
  counts: MergeCounts;
  /** Ids of the points that come from the backup. */
  wins: Set<string>;
}

/** Newer revision wins, then later `last_synced`; what is known to be deleted since stays deleted. */
export async function planEstateMerge(
  store: PointStore,
  collection: string,
  incoming: AsyncIterable<Point[]>,
  deletions: Pick<RecordedDeletions, 'goneAt'>,
): Promise<MergePlan> {
  const plan: MergePlan = { counts: { added: 0, updated: 0, kept: 0, skipped: 0 }, wins: new Set() };
  for await (const points of incoming) {
    const present = await store.get(
      collection,
      points.map(({ id }) => id),
    );
    const known = new Map(present.map((point) => [point.id, point]));
    for (const point of points) {
      const what = verdict(point, known.get(point.id), deletions);
      plan.counts[what] += 1;
      if (what === 'added' || what === 'updated') plan.wins.add(point.id);
    }
  }
  return plan;
}

function verdict(
  theirs: Point,
  ours: Point | undefined,
  deletions: Pick<RecordedDeletions, 'goneAt'>,
): keyof MergeCounts {
  const synced = ({ payload }: Point) => Number(payload.last_synced ?? 0);
  if (ours === undefined) {
    const gone = deletions.goneAt(theirs.payload);
    return gone !== null && gone > synced(theirs) ? 'skipped' : 'added';
  }
  const newer =
    Number(theirs.payload.revision) - Number(ours.payload.revision) || synced(theirs) - synced(ours);
  return newer > 0 ? 'updated' : 'kept';
}
