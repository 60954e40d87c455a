import PQueue from 'p-queue';
import type { ConnectResult, Profile } from '../../preload/contract/models.ts';
import type { Sessions } from '../aws/types.ts';
import { AppError } from '../errors.ts';
import type { Emit } from '../events.ts';

const IDENTITIES_AT_ONCE = 24;
/** How long AWS may take to say whose a profile is; a silent endpoint would otherwise take minutes. */
const IDENTITY_WITHIN_MS = 10_000;
/** Between two announcements of how far a connect is. */
const ANNOUNCE_MS = 100;

/** Asks AWS whose profiles are: many at once, each within its time, all of them until they are cancelled. */
export class ProfileIdentities {
  readonly #ports: { sessions: Pick<Sessions, 'identity'>; emit: Emit };
  readonly #runs = new Set<AbortController>();

  constructor(ports: { sessions: Pick<Sessions, 'identity'>; emit: Emit }) {
    this.#ports = ports;
  }

  /** In the order of the names; each is also announced as soon as it is there. Never rejects for a profile. */
  async ask(names: string[], kinds: ReadonlyMap<string, Profile>): Promise<ConnectResult[]> {
    const queue = new PQueue({ concurrency: IDENTITIES_AT_ONCE });
    const run = new AbortController();
    this.#runs.add(run);
    const announce = new Announcer(this.#ports.emit);
    try {
      const asked = names.map((name) =>
        queue.add(async () => {
          const result = await this.#identify(name, kinds.get(name), run.signal);
          announce.add(result);
          return result;
        }),
      );
      return await Promise.all(asked);
    } finally {
      announce.end();
      this.#runs.delete(run);
    }
  }

  cancel(): void {
    for (const run of this.#runs) run.abort();
  }

  async #identify(name: string, profile: Profile | undefined, run: AbortSignal): Promise<ConnectResult> {
    const failed = (error: string) => ({ profile: name, identity: null, error });
    if (run.aborted) return failed('Cancelled before it was asked.');
    if (!profile) return failed(`There is no profile ${name} in your AWS files.`);
    if (!profile.supported) return failed(profile.reason ?? 'This kind of profile cannot be used yet.');
    const late = AbortSignal.timeout(IDENTITY_WITHIN_MS);
    try {
      const signal = AbortSignal.any([run, late]);
      const identity = await this.#ports.sessions.identity(name, { fresh: true, signal });
      return { profile: name, identity, error: null };
    } catch (error) {
      if (run.aborted) return failed('Cancelled before AWS answered.');
      if (late.aborted) {
        return failed(
          `AWS did not answer within ${IDENTITY_WITHIN_MS / 1_000} seconds. Check the network, the proxy and the profile's endpoint, then try again.`,
        );
      }
      return failed(error instanceof AppError ? error.message : `AWS did not say whose profile ${name} is.`);
    }
  }
}

/** Announces results as they come, joined so that thousands of profiles do not make thousands of events. */
class Announcer {
  readonly #emit: Emit;
  #waiting: ConnectResult[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  add(result: ConnectResult): void {
    this.#waiting.push(result);
    this.#timer ??= setTimeout(() => this.#flush(), ANNOUNCE_MS);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#flush();
  }

  #flush(): void {
    this.#timer = undefined;
    if (this.#waiting.length === 0) return;
    this.#emit('accounts.connecting', { results: this.#waiting });
    this.#waiting = [];
  }
}
