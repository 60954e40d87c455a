import type { JournalApi, MaintenanceApi } from '../api.ts';
import type { Work } from '../work.ts';
import type { EngineMove, EngineMoved, EngineTarget } from './engineMove.ts';
import type { Removals } from './removals.ts';
import type { VectorsChanged } from './vectors.ts';

/** Long work on the stored data of an open workspace. */
export class Maintenance implements MaintenanceApi {
  readonly #removals: Removals;
  readonly #move: EngineMove;
  readonly #rebuildVectors: (work: Work) => Promise<VectorsChanged>;
  readonly #journal: Pick<JournalApi, 'append'>;

  constructor(parts: {
    removals: Removals;
    move: EngineMove;
    /** With all other writers of the estate kept away. */
    rebuildVectors(work: Work): Promise<VectorsChanged>;
    journal: Pick<JournalApi, 'append'>;
  }) {
    this.#removals = parts.removals;
    this.#move = parts.move;
    this.#rebuildVectors = parts.rebuildVectors;
    this.#journal = parts.journal;
  }

  /** What an earlier process left half done. */
  resume(): Promise<void> {
    return this.#removals.resume();
  }

  get warnings(): string[] {
    const { unfinished } = this.#removals;
    return unfinished === null ? [] : [unfinished];
  }

  forgetAccount(request: { accountId: string; by: string }, work: Work): Promise<{ resources: number }> {
    return this.#removals.forgetAccount(request, work);
  }

  deleteAll(request: { by: string }, work: Work): Promise<{ conversations: number; resources: number }> {
    return this.#removals.deleteAll(request, work);
  }

  moveEngine(request: { to: EngineTarget; by: string }, work: Work): Promise<EngineMoved> {
    return this.#move.run(request, work);
  }

  async rebuildVectors({ by }: { by: string }, work: Work): Promise<VectorsChanged> {
    const changed = await this.#rebuildVectors(work);
    const title = `Vectors made anew: ${changed.embedded} of ${changed.resources} resources`;
    await this.#journal.append({ kind: 'maintenance', title, accountId: null, by });
    return changed;
  }
}
