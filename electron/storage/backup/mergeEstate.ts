import { ownTime } from '../estateRecords.ts';
import type { Payload, Point, PointStore } from '../PointStore.ts';
import type { RecordedDeletions } from './recordedDeletions.ts';
import { type MergeCounts, noCounts } from './restoreFile.ts';

const PAGE = 500;

export interface MergePlan {
  counts: MergeCounts;
  /** Ids of the points that come from the backup. */
  wins: Set<string>;
  /** Points of those present that are not kept. */
  drops(point: Point): boolean;
}

type GoneAt = Pick<RecordedDeletions, 'goneAt'>;
/** What each side knows to be deleted; theirs is null where the backup cannot tell. */
export interface EstateDeletions {
  ours: GoneAt & Pick<RecordedDeletions, 'seenAt'>;
  theirs: GoneAt | null;
}

/**
 * What was seen later wins, since AWS said it last (a time in the future never does), then the newer revision: each
 * install counts its own. A resource that only one side has and the other knows to be deleted since stays deleted.
 * The times of the backup's points say when they were last seen; those of the points here are told by `ours`.
 */
export async function planEstateMerge(
  store: PointStore,
  collection: string,
  incoming: AsyncIterable<Point[]>,
  { ours, theirs }: EstateDeletions,
): Promise<MergePlan> {
  const counts = noCounts();
  const wins = new Set<string>();
  const seen = new Set<string>();
  for await (const points of incoming) {
    const ids = points.map(({ id }) => id);
    const present = new Map((await store.get(collection, ids)).map((point) => [point.id, point]));
    for (const point of points) {
      const what = verdict(point, present.get(point.id), ours);
      counts[what] += 1;
      if (what === 'added' || what === 'updated') wins.add(point.id);
      seen.add(point.id);
    }
  }
  const drops = ({ id, payload }: Point) =>
    theirs !== null && !seen.has(id) && isGone(payload, ours.seenAt(payload), theirs);
  if (theirs !== null) counts.deleted = await countOf(store, collection, drops);
  return { counts, wins, drops };
}

function verdict(
  theirs: Point,
  ours: Point | undefined,
  here: EstateDeletions['ours'],
): 'added' | 'updated' | 'kept' | 'skipped' {
  const seen = ownTime(theirs.payload);
  if (ours === undefined) return isGone(theirs.payload, seen, here) ? 'skipped' : 'added';
  const newer =
    seen - here.seenAt(ours.payload) || Number(theirs.payload.revision) - Number(ours.payload.revision);
  return newer > 0 ? 'updated' : 'kept';
}

function isGone(payload: Payload, seen: number, deletions: GoneAt): boolean {
  const gone = deletions.goneAt(payload);
  return gone !== null && gone > seen;
}

async function countOf(
  store: PointStore,
  collection: string,
  which: (point: Point) => boolean,
): Promise<number> {
  let count = 0;
  let cursor: string | undefined;
  do {
    const page = await store.scroll(collection, { limit: PAGE, cursor });
    count += page.points.filter(which).length;
    cursor = page.next;
  } while (cursor !== undefined);
  return count;
}
