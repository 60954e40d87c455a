import type { AwsCall } from './awsCall.ts';

/** A resource that moto has already moved and that the proxy still shows on its way. */
export interface Held {
  service: 'ec2' | 'rds';
  id: string;
  state: string;
  /** Describes that still see `state`. */
  left: number;
}

const EC2_CODES: Record<string, number> = { pending: 0, stopping: 64, 'shutting-down': 32 };
const TRANSITIONS: Record<string, { service: Held['service']; id: string; state: string }> = {
  StopDBInstance: { service: 'rds', id: 'DBInstanceIdentifier', state: 'stopping' },
  StartDBInstance: { service: 'rds', id: 'DBInstanceIdentifier', state: 'starting' },
  RebootDBInstance: { service: 'rds', id: 'DBInstanceIdentifier', state: 'rebooting' },
  StopInstances: { service: 'ec2', id: 'InstanceId.1', state: 'stopping' },
  StartInstances: { service: 'ec2', id: 'InstanceId.1', state: 'pending' },
  TerminateInstances: { service: 'ec2', id: 'InstanceId.1', state: 'shutting-down' },
};

/** What a change that moto carried out at once would look like in AWS for a while. */
export function transitionOf(call: AwsCall, describes: number): Held | null {
  const transition = TRANSITIONS[call.operation];
  const id = transition && call.parameters.get(transition.id);
  return transition && id
    ? { service: transition.service, id, state: transition.state, left: describes }
    : null;
}

/** Writes the held state into a describe answer; counts it off when the resource was in it. */
export function showHeld(call: AwsCall, xml: string, held: Held[]): string {
  let shown = xml;
  for (const one of held) {
    if (one.left <= 0 || one.service !== call.service) continue;
    const next = one.service === 'rds' ? holdRds(shown, one) : holdEc2(shown, one);
    if (next !== shown || shown.includes(one.id)) one.left -= 1;
    shown = next;
  }
  return shown;
}

function holdRds(xml: string, { id, state }: Held): string {
  return xml.replace(/<DBInstance>[\s\S]*?<\/DBInstance>/g, (block) =>
    block.includes(`<DBInstanceIdentifier>${id}</DBInstanceIdentifier>`)
      ? block.replace(/<DBInstanceStatus>[^<]*</, `<DBInstanceStatus>${state}<`)
      : block,
  );
}

function holdEc2(xml: string, { id, state }: Held): string {
  const at = xml.indexOf(`<instanceId>${id}</instanceId>`);
  if (at < 0) return xml;
  const stateXml = `<instanceState><code>${EC2_CODES[state] ?? 0}</code><name>${state}</name></instanceState>`;
  return xml.slice(0, at) + xml.slice(at).replace(/<instanceState>[\s\S]*?<\/instanceState>/, stateXml);
}
