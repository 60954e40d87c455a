import type { Plan, Resource } from '../../preload/contract/models.ts';
import { mapAwsError } from '../aws/errors.ts';
import type { ClientPool } from '../aws/types.ts';
import { abortable } from '../waiting.ts';
import { type ActionSpec, GONE } from './catalog/spec.ts';
import type { Clock, Timings } from './ports.ts';
import { type Sending, type Settled, Watching } from './watching.ts';

export interface WaitPorts {
  describe(): Promise<Resource | null>;
  clients: ClientPool;
  clock: Clock;
  timings: Timings;
}

/** Told as it goes; each is awaited before the next look. */
export interface WaitEvents {
  /** A state other than the one before; `moving` = it is one the change passes through. */
  seen(status: string, moving: boolean): Promise<void>;
  /** A look failed for a reason not told before; the waiting goes on. */
  failed(message: string): Promise<void>;
}

/**
 * Looks until the change has ended, less and less often. Rejects only with the signal's reason.
 * A look that fails is no end: the network comes back, credentials are renewed.
 */
export async function waitForEnd(
  spec: ActionSpec,
  plan: Plan,
  sending: Sending,
  { describe, clients, clock, timings }: WaitPorts,
  events: WaitEvents,
  signal: AbortSignal,
): Promise<Settled> {
  const { watch } = spec;
  const watching = new Watching(watch, sending, timings.graceMs);
  const scope = {
    profile: plan.identity.profile,
    region: plan.target.region,
    purpose: 'execute' as const,
  };
  const look = async (): Promise<string> => {
    if (watch.observe) return watch.observe(clients, scope, plan.call.parameters, signal);
    const resource = await describe();
    return resource === null ? GONE : (resource.state ?? 'unknown');
  };

  const deadline = clock.monotonic() + watch.maxWaitMs;
  let delay = timings.firstPollMs;
  let status: string | null = null;
  let failure = '';
  for (;;) {
    const sight = await lookOnce(look, plan, signal);
    if ('error' in sight) {
      if (sight.error !== failure) await events.failed(sight.error);
      failure = sight.error;
    } else {
      if (sight.status !== status) await events.seen(sight.status, watch.passing.includes(sight.status));
      [status, failure] = [sight.status, ''];
      const settled = watching.see(status, clock.monotonic());
      if (settled) return settled;
    }
    if (clock.monotonic() >= deadline) return { kind: 'timeout', status };
    await abortable(clock.sleep(delay, signal), signal);
    delay = Math.min(timings.maxPollMs, delay * timings.pollGrowth);
  }
}

async function lookOnce(
  look: () => Promise<string>,
  { target, identity }: Plan,
  signal: AbortSignal,
): Promise<{ status: string } | { error: string }> {
  try {
    return { status: await abortable(look(), signal) };
  } catch (error) {
    signal.throwIfAborted();
    const context = { region: target.region, profile: identity.profile, on: target.name };
    return { error: mapAwsError(error, { ...context, call: 'reading the state' }).message };
  }
}
