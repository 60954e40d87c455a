import type { z } from 'zod';
import type {
  Plan,
  PlanView,
  RelatedResource,
  Resource,
  ResourceType,
} from '../../preload/contract/models.ts';

/** A catalogued change, as far as a sentence is concerned. */
export interface PlannedAction {
  /** `rds.stop`. */
  id: string;
  /** The words of a sentence that mean it. */
  verbs: readonly string[];
  service: string;
  operation: string;
  effect: 'adds' | 'interrupts' | 'destroys';
  /** States from which AWS accepts it. */
  from: readonly string[];
  /** What the stored facts say against it or for it. */
  constraint(resource: Resource): { status: 'pass' | 'fail' | 'unknown' | 'none'; text: string };
  /** Whom it touches besides the target, as far as the estate knows. */
  affects(resource: Resource, related: z.infer<typeof RelatedResource>[]): Plan['affects'];
}

/** Which message asked for a plan, and whether it was a sentence or a pasted line of the AWS CLI. */
export interface PlanOrigin {
  kind: 'sentence' | 'command';
  conversationId: string;
  messageId: string;
}

/** What the chat needs of the execution side. */
export interface Planner {
  actionsFor(resourceType: ResourceType): readonly PlannedAction[];
  /** Rejects with an AppError when no plan can be made. Sends no change. */
  propose(
    actionId: string,
    resourceId: string,
    options: { origin: PlanOrigin; profile?: string },
  ): Promise<PlanView>;
}
