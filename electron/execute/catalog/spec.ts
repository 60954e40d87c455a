import type { z } from 'zod';
import type { Plan, RelatedResource, Resource, ResourceType } from '../../../preload/contract/models.ts';
import type { ClientPool, ClientScope } from '../../aws/types.ts';
import type { CliPlace } from './cli.ts';
import type { Accepted, SendOptions } from './sendOnce.ts';

export type Parameters = Plan['call']['parameters'];
export type Check = Plan['checks'][number];
export type Affected = Plan['affects'][number];
export type Related = z.infer<typeof RelatedResource>;

/** Stands among states for "AWS no longer knows it". */
export const GONE = 'gone';

/**
 * How the end of a change is recognised. States are the service's own words in lower case, or `GONE`.
 *
 * `evidence` says what proves it:
 * - `state`: an end state was seen, and it differs from every state before;
 * - `restart`: a passing state was seen and then an end state, since both ends are alike;
 * - `none`: AWS shows nothing; the accepted request is all there is.
 */
export interface Watch {
  evidence: 'state' | 'restart' | 'none';
  /** Where the change starts from. */
  before: readonly string[];
  passing: readonly string[];
  end: readonly string[];
  maxWaitMs: number;
  /** Looks at what the call makes instead of at the target, e.g. a snapshot; resolves to its state or `GONE`. */
  observe?: (
    clients: ClientPool,
    scope: ClientScope,
    parameters: Parameters,
    signal: AbortSignal,
  ) => Promise<string>;
  /** What is observed, for the log: `Snapshot x`. */
  observed?: (parameters: Parameters) => string;
}

/** Sends the call with these parameters; resolves to what AWS answered. */
export type Send = (
  clients: ClientPool,
  scope: ClientScope,
  parameters: Parameters,
  options: SendOptions,
) => Promise<Accepted>;

/** One change the app can make: from the verb of a sentence to the exact SDK call and the proof of its end. */
export interface ActionSpec {
  /** `rds.stop`. */
  id: string;
  /** The words of a sentence that mean it; the first is its name on a button. */
  verbs: readonly string[];
  resourceType: ResourceType;
  /** As the CLI names it: `ec2`, `rds`. */
  service: string;
  operation: string;
  iamAction: string;
  /** What it does to whoever uses the target; policy.ts makes the risk of it. */
  effect: 'adds' | 'interrupts' | 'destroys';
  /** In words: the state a person may expect, `stopped`. */
  expectedState: string;
  /** States from which AWS accepts the call. */
  from: readonly string[];
  watch: Watch;
  title(resource: Resource): string;
  /** What the resource is, where its type alone would call it wrongly. */
  kindOf?(resource: Resource): string | undefined;
  /** Under which name the CLI has the call, where that is not `service`. */
  cliService?(resource: Resource): string;
  /** The SDK input; whatever it derives from the time is fixed by `plannedAt`. */
  parameters(resource: Resource, plannedAt: Date): Parameters;
  /** What the facts say: never `pass` on a fact that is not known. */
  constraint(resource: Resource): Omit<Check, 'name'>;
  /** Asks AWS for a protection that describing does not show. */
  liveConstraint:
    | ((clients: ClientPool, scope: ClientScope, resource: Resource) => Promise<Omit<Check, 'name'>>)
    | null;
  affects(resource: Resource, related: Related[]): Affected[];
  /** The command that undoes it and nothing else, or null when nothing can. */
  undo(resource: Resource, parameters: Parameters, place: CliPlace): string | null;
  /** What a person must know beside that command. */
  undoNote?: string;
  /** The action that undoes it, where the catalog has it. */
  undoneBy?: string;
  send: Send;
  /** The same call with DryRun, where the API has one. Always rejects: with DryRunOperation when allowed. */
  dryRun: Send | null;
}
