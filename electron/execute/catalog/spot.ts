import { DescribeSpotInstanceRequestsCommand, EC2Client } from '@aws-sdk/client-ec2';
import type { Resource } from '../../../preload/contract/models.ts';
import { mapAwsError } from '../../aws/errors.ts';
import { cleanText } from '../../aws/text.ts';
import type { ClientPool, ClientScope } from '../../aws/types.ts';
import type { Affected, Check } from './spec.ts';

type Verdict = Omit<Check, 'name'>;

export const isSpot = ({ facts }: Resource) => facts.InstanceLifecycle === 'spot';

function requestId({ raw }: Resource): string | null {
  const value: unknown =
    typeof raw === 'object' && raw !== null ? Reflect.get(raw, 'SpotInstanceRequestId') : null;
  return typeof value === 'string' && value !== '' ? cleanText(value, 60) : null;
}

/** Only its request says whether EC2 stops a spot instance; describing the instance does not. */
export async function spotCanStop(
  clients: ClientPool,
  scope: ClientScope,
  resource: Resource,
): Promise<Verdict> {
  const fleet = resource.tags['aws:ec2:fleet-id'] ?? resource.tags['aws:ec2spot:fleet-request-id'];
  if (fleet !== undefined)
    return no(
      `it belongs to the fleet ${cleanText(fleet, 80)}, and spot instances of a fleet cannot be stopped`,
    );
  const id = requestId(resource);
  if (id === null) return unknown('its spot request is not known');
  try {
    const answer = await clients
      .client(EC2Client, scope)
      .send(new DescribeSpotInstanceRequestsCommand({ SpotInstanceRequestIds: [id] }));
    const request = answer.SpotInstanceRequests?.find(
      ({ SpotInstanceRequestId }) => SpotInstanceRequestId === id,
    );
    if (request?.LaunchGroup || request?.AvailabilityZoneGroup)
      return no(`its spot request ${id} is part of a launch group`);
    if (request?.Type === 'persistent')
      return { status: 'pass', text: `can be stopped: its spot request ${id} is persistent` };
    if (request?.Type === 'one-time')
      return no(`its spot request ${id} is one-time, and only instances of persistent ones can be stopped`);
    return unknown(`AWS did not say of what kind its spot request ${id} is`);
  } catch (error) {
    const { message } = mapAwsError(error, { ...scope, call: 'ec2:DescribeSpotInstanceRequests' });
    return unknown(message);
  }
}

/** What a person would not expect of the end of a spot instance. */
export function spotAtTermination(resource: Resource): Affected[] {
  if (!isSpot(resource)) return [];
  const id = requestId(resource);
  const text = 'if it is persistent, it starts another instance until it is cancelled';
  return [{ resourceId: null, name: `Spot request${id === null ? '' : ` ${id}`}`, text }];
}

const no = (reason: string): Verdict => ({
  status: 'fail',
  text: `EC2 cannot stop this spot instance: ${reason}. It can be terminated.`,
});
const unknown = (reason: string): Verdict => ({
  status: 'unknown',
  text: `a spot instance can be stopped only when its request is persistent: ${reason}`,
});
