import type { PlanView, ResourceType } from '../../preload/contract/models.ts';

/** A catalogued change, as far as a sentence is concerned. */
export interface PlannedAction {
  /** `rds.stop`. */
  id: string;
  /** The words of a sentence that mean it. */
  verbs: readonly string[];
  service: string;
  operation: string;
}

/** What the chat needs of the execution side. */
export interface Planner {
  actionsFor(resourceType: ResourceType): readonly PlannedAction[];
  /** Rejects with an AppError when no plan can be made. Sends no change. */
  propose(
    actionId: string,
    resourceId: string,
    options: { conversationId: string; profile?: string },
  ): Promise<PlanView>;
}
