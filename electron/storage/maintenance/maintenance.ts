import type { MaintenanceApi } from '../api.ts';
import type { Work } from '../work.ts';
import type { EngineMove, EngineMoved, EngineTarget } from './engineMove.ts';
import type { Removals } from './removals.ts';

/** Long work on the stored data of an open workspace. */
export class Maintenance implements MaintenanceApi {
  readonly #removals: Removals;
  readonly #move: EngineMove;

  constructor(removals: Removals, move: EngineMove) {
    this.#removals = removals;
    this.#move = move;
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
}
