import type { Kind, Line, Order } from './protocol.ts';
import type { Random } from './random.ts';

/** When a process is killed. `later`: so many ms later, so that it is met between two lines as well. */
export type Moment =
  | { at: 'line'; kind: Kind; nth: number; later: number }
  | { at: 'ack'; nth: number; later: number }
  | { at: 'open' | 'opening'; later: number }
  /** By itself, right before or after an effect on disk or engine. */
  | { at: 'effect'; die: NonNullable<Order['die']> }
  /** When its nth call has reached the bucket: carried out or not. */
  | { at: 'bucket'; nth: number; carriedOut: boolean };

const THROUGH_BUCKET: Kind[] = ['send', 'settle'];
/** Lines that a kind of work prints at the least, where it is more than a few. */
const STEPS: Partial<Record<Kind, number>> = {
  ...{ backup: 14, replace: 20, merge: 20, takeover: 20, rebuild: 8, reencrypt: 8, move: 16 },
  ...{ rotate: 2, settle: 2, connect: 2 },
};

export function chooseMoment(random: Random, first: Kind, migrates: boolean): Moment {
  const later = random.next() < 0.5 ? 0 : random.below(40);
  const when = random.next() < 0.5 ? ('before' as const) : ('after' as const);
  const dice = random.next();
  const effect = (since: 'opening' | 'working', nth: number): Moment => ({
    at: 'effect',
    die: { since, nth: 1 + nth, when },
  });
  if (migrates && dice < 0.8) return effect('opening', random.below(30));
  if (THROUGH_BUCKET.includes(first) && dice < 0.6)
    return { at: 'bucket', nth: 1 + random.below(28), carriedOut: when === 'after' };
  if (dice < 0.45) return effect('working', random.below(random.next() < 0.6 ? 12 : 50));
  if (dice < 0.53) return effect('opening', random.below(10));
  if (dice < 0.7) return { at: 'line', kind: first, nth: 1 + random.below(STEPS[first] ?? 6), later };
  if (dice < 0.85) return { at: 'ack', nth: 1 + random.below(50), later };
  if (dice < 0.95) return { at: 'open', later: random.below(600) };
  return { at: 'opening', later: random.below(250) };
}

/** As it is counted afterwards. */
export function nameOfMoment(moment: Moment): string {
  switch (moment.at) {
    case 'line':
      return `a line of ${moment.kind}`;
    case 'ack':
      return 'a confirmation';
    case 'bucket':
      return `a call of the bucket${moment.carriedOut ? ', carried out' : ''}`;
    case 'effect':
      return `an effect while ${moment.die.since}`;
    default:
      return `ms after ${moment.at}`;
  }
}

/** True once, for the line that brings the moment. */
export function momentWatcher(moment: Moment): (line: Line) => boolean {
  let left = 'nth' in moment ? moment.nth : 1;
  return (line) => {
    const counts = moment.at === 'line' ? 'kind' in line && line.kind === moment.kind : line.t === moment.at;
    if (!counts) return false;
    left -= 1;
    return left === 0;
  };
}
