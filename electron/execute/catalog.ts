import type { Plan, ResourceType } from '../../preload/contract/models.ts';
import { cleanText } from '../aws/text.ts';
import { AppError } from '../errors.ts';
import { EC2_ACTIONS } from './catalog/ec2.ts';
import { RDS_ACTIONS } from './catalog/rds.ts';
import type { ActionSpec } from './catalog/spec.ts';

/** Every change the app can make. A new service is its own file in `catalog/` and one line here. */
export const ACTIONS: readonly ActionSpec[] = [...EC2_ACTIONS, ...RDS_ACTIONS];

const byId = new Map(ACTIONS.map((spec) => [spec.id, spec]));

export const actionsFor = (resourceType: ResourceType): ActionSpec[] =>
  ACTIONS.filter((spec) => spec.resourceType === resourceType);

/** Rejects an unknown id with INVALID_INPUT and an action of another type with INVALID_STATE. */
export function actionFor(actionId: string, resourceType: ResourceType): ActionSpec {
  const spec = byId.get(actionId);
  if (!spec) throw new AppError('INVALID_INPUT', `There is no action "${cleanText(actionId, 60)}".`);
  if (spec.resourceType !== resourceType)
    throw new AppError('INVALID_STATE', `${spec.id} does not apply to a resource of type ${resourceType}.`);
  return spec;
}

/** The action a recorded plan was made from; null when this version no longer has it. */
export function actionOf(plan: Plan): ActionSpec | null {
  const { service, operation } = plan.call;
  return (
    ACTIONS.find(
      (spec) =>
        spec.service === service &&
        spec.operation === operation &&
        spec.resourceType === plan.target.resourceType,
    ) ?? null
  );
}
