import type { Plan, ResourceType } from '../../preload/contract/models.ts';
import { cleanText } from '../aws/text.ts';
import { AppError } from '../errors.ts';
import { EC2_ACTIONS } from './catalog/ec2.ts';
import { RDS_ACTIONS } from './catalog/rds.ts';
import type { ActionSpec } from './catalog/spec.ts';

/** Every change the app can make. A new service is its own file in `catalog/` and one line here. */
export const ACTIONS: readonly ActionSpec[] = [...EC2_ACTIONS, ...RDS_ACTIONS];

/** The actions there are, found by what is asked for. */
export class Catalog {
  readonly #actions: readonly ActionSpec[];

  constructor(actions: readonly ActionSpec[]) {
    this.#actions = actions;
  }

  actionsFor(resourceType: ResourceType): ActionSpec[] {
    return this.#actions.filter((spec) => spec.resourceType === resourceType);
  }

  /** Rejects an unknown id with INVALID_INPUT and an action of another type with INVALID_STATE. */
  actionFor(actionId: string, resourceType: ResourceType): ActionSpec {
    const spec = this.#actions.find(({ id }) => id === actionId);
    if (!spec) throw new AppError('INVALID_INPUT', `There is no action "${cleanText(actionId, 60)}".`);
    if (spec.resourceType !== resourceType)
      throw new AppError('INVALID_STATE', `${spec.id} does not apply to a resource of type ${resourceType}.`);
    return spec;
  }

  /** The action a recorded plan was made from; null when this version no longer has it. */
  actionOf({ call, target }: Plan): ActionSpec | null {
    const { service, operation } = call;
    const { resourceType } = target;
    return (
      this.#actions.find(
        (spec) =>
          spec.service === service && spec.operation === operation && spec.resourceType === resourceType,
      ) ?? null
    );
  }
}

export const CATALOG = new Catalog(ACTIONS);

export const actionsFor = (resourceType: ResourceType): ActionSpec[] => CATALOG.actionsFor(resourceType);
