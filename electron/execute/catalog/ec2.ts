import {
  DescribeInstanceAttributeCommand,
  EC2Client,
  RebootInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { z } from 'zod';
import type { Resource } from '../../../preload/contract/models.ts';
import { cleanText } from '../../aws/text.ts';
import { cliCommand } from './cli.ts';
import { managers } from './managed.ts';
import { type Dispatching, sender } from './sendOnce.ts';
import { type ActionSpec, type Affected, GONE, type Related } from './spec.ts';
import { isSpot, spotAtTermination, spotCanStop } from './spot.ts';
import { safeValue } from './words.ts';

const MAX_WAIT_MS = 10 * 60_000;
const Input = z.strictObject({ InstanceIds: z.tuple([z.string().transform(safeValue)]) });

const parameters = (resource: Resource) => ({ InstanceIds: [safeValue(resource.nativeId)] });
const titled = (verb: string) => (resource: Resource) =>
  `${verb} EC2 instance ${cleanText(resource.name, 120)}`;

function canStop(resource: Resource): ReturnType<ActionSpec['constraint']> {
  if (isSpot(resource) && resource.facts.RootDeviceType === 'ebs')
    return { status: 'none', text: 'a spot instance: its request says whether it can be stopped' };
  if (resource.constraints.can_stop === false)
    return { status: 'fail', text: 'EC2 cannot stop this instance: its root volume is an instance store.' };
  return resource.constraints.can_stop === true
    ? { status: 'pass', text: 'can be stopped' }
    : { status: 'unknown', text: 'not known whether it can be stopped' };
}
const unconstrained = () => ({ status: 'none' as const, text: 'no constraint applies' });

type LiveConstraint = NonNullable<ActionSpec['liveConstraint']>;

/** Termination and stop protection are not part of DescribeInstances. */
function protection(attribute: 'disableApiTermination' | 'disableApiStop', words: string): LiveConstraint {
  return async (clients, scope, resource) => {
    const answer = await clients
      .client(EC2Client, scope)
      .send(new DescribeInstanceAttributeCommand({ InstanceId: resource.nativeId, Attribute: attribute }));
    const value = (attribute === 'disableApiStop' ? answer.DisableApiStop : answer.DisableApiTermination)
      ?.Value;
    if (value === true)
      return { status: 'fail', text: `${words} protection is on. Turn it off in EC2 first.` };
    return value === false
      ? { status: 'pass', text: `${words.toLowerCase()} protection is off` }
      : { status: 'unknown', text: `AWS did not say whether ${words.toLowerCase()} protection is on` };
  };
}

const stopProtection = protection('disableApiStop', 'Stop');

/** Of a spot instance its request as well: both must allow it, and what is not known stays so. */
const stopAllowed: LiveConstraint = async (clients, scope, resource) => {
  if (!isSpot(resource)) return stopProtection(clients, scope, resource);
  const spot = await spotCanStop(clients, scope, resource);
  if (spot.status === 'fail') return spot;
  const protection = await stopProtection(clients, scope, resource);
  if (protection.status === 'pass' && spot.status === 'pass')
    return { status: 'pass', text: `${spot.text}; ${protection.text}` };
  return protection.status === 'pass' ? spot : protection;
};

/** Volume id → whether it goes with the instance, from the describe answer. */
function deletedWithInstance(resource: Resource): Map<string, boolean> {
  const Mappings = z.object({
    BlockDeviceMappings: z.array(
      z.object({ Ebs: z.object({ VolumeId: z.string(), DeleteOnTermination: z.boolean() }) }),
    ),
  });
  const parsed = Mappings.safeParse(resource.raw);
  const mappings = parsed.success ? parsed.data.BlockDeviceMappings : [];
  return new Map(mappings.map(({ Ebs }) => [Ebs.VolumeId, Ebs.DeleteOnTermination]));
}

const affected = (related: Related, text: string): Affected => ({
  resourceId: related.id,
  name: cleanText(related.name || related.nativeId, 120),
  text,
});

const targetGroups = (related: Related[], text: string) =>
  related.filter((r) => r.resourceType === 'elbv2_target_group').map((r) => affected(r, text));

function volumesAtTermination(resource: Resource, related: Related[]): Affected[] {
  const deleted = deletedWithInstance(resource);
  const known = new Map(related.filter((r) => r.resourceType === 'ec2_volume').map((r) => [r.nativeId, r]));
  return [...new Set([...deleted.keys(), ...known.keys()])].map((volumeId) => {
    const goes = deleted.get(volumeId);
    const text =
      goes === undefined
        ? 'not known whether this volume is deleted with the instance'
        : goes
          ? 'this volume is deleted with the instance'
          : 'this volume is kept, detached';
    const related = known.get(volumeId);
    return related ? affected(related, text) : { resourceId: null, name: cleanText(volumeId, 120), text };
  });
}

type Call = z.infer<typeof Input> & { DryRun?: boolean };
type Dispatch = (
  sending: Dispatching<EC2Client>,
  input: Call,
) => Promise<{ $metadata: { requestId?: string } }>;
const call = (dispatch: Dispatch): Pick<ActionSpec, 'send' | 'dryRun'> => ({
  send: sender(EC2Client, Input, dispatch),
  dryRun: sender(EC2Client, Input, (sending, input) => dispatch(sending, { ...input, DryRun: true })),
});

const base = {
  resourceType: 'ec2_instance',
  service: 'ec2',
  parameters,
  liveConstraint: null,
} as const satisfies Partial<ActionSpec>;

export const EC2_ACTIONS: readonly ActionSpec[] = [
  {
    ...base,
    ...call(({ client, once, abort }, input) => client.send(once(new StartInstancesCommand(input)), abort)),
    id: 'ec2.start',
    verbs: ['start', 'boot', 'power on', 'turn on'],
    operation: 'StartInstances',
    iamAction: 'ec2:StartInstances',
    effect: 'adds',
    expectedState: 'running',
    from: ['stopped'],
    watch: {
      evidence: 'state',
      before: ['stopped'],
      passing: ['pending'],
      end: ['running'],
      maxWaitMs: MAX_WAIT_MS,
    },
    title: titled('Start'),
    constraint: unconstrained,
    affects: (resource, related) => [
      ...managers(resource),
      ...targetGroups(related, 'may send it requests again once it is healthy'),
    ],
    undo: (_resource, input, place) => cliCommand('ec2', 'StopInstances', input, place),
    undoneBy: 'ec2.stop',
  },
  {
    ...base,
    ...call(({ client, once, abort }, input) => client.send(once(new StopInstancesCommand(input)), abort)),
    id: 'ec2.stop',
    verbs: ['stop', 'shut down', 'shutdown', 'halt', 'power off', 'turn off'],
    operation: 'StopInstances',
    iamAction: 'ec2:StopInstances',
    effect: 'interrupts',
    expectedState: 'stopped',
    from: ['running'],
    watch: {
      evidence: 'state',
      before: ['running'],
      passing: ['stopping'],
      end: ['stopped'],
      maxWaitMs: MAX_WAIT_MS,
    },
    title: titled('Stop'),
    constraint: canStop,
    liveConstraint: stopAllowed,
    affects: (resource, related) => [
      ...managers(resource),
      ...targetGroups(related, 'loses this target while it is stopped'),
    ],
    undo: (_resource, input, place) => cliCommand('ec2', 'StartInstances', input, place),
    undoNote:
      'A public IPv4 address that is not an Elastic IP changes, and data on instance store volumes is lost.',
    undoneBy: 'ec2.start',
  },
  {
    ...base,
    ...call(({ client, once, abort }, input) => client.send(once(new RebootInstancesCommand(input)), abort)),
    id: 'ec2.reboot',
    verbs: ['reboot', 'restart', 'power cycle'],
    operation: 'RebootInstances',
    iamAction: 'ec2:RebootInstances',
    effect: 'interrupts',
    expectedState: 'running',
    from: ['running'],
    watch: { evidence: 'none', before: [], passing: [], end: ['running'], maxWaitMs: MAX_WAIT_MS },
    title: titled('Reboot'),
    constraint: unconstrained,
    affects: (resource, related) => [
      ...managers(resource),
      ...targetGroups(related, 'loses this target while it reboots'),
    ],
    undo: () => null,
  },
  {
    ...base,
    ...call(({ client, once, abort }, input) =>
      client.send(once(new TerminateInstancesCommand(input)), abort),
    ),
    id: 'ec2.terminate',
    verbs: ['terminate', 'delete', 'destroy', 'remove'],
    operation: 'TerminateInstances',
    iamAction: 'ec2:TerminateInstances',
    effect: 'destroys',
    expectedState: 'terminated',
    from: ['pending', 'running', 'stopping', 'stopped'],
    watch: {
      evidence: 'state',
      before: ['pending', 'running', 'stopping', 'stopped'],
      passing: ['shutting-down'],
      end: ['terminated', GONE],
      maxWaitMs: MAX_WAIT_MS,
    },
    title: titled('Terminate'),
    constraint: (resource) =>
      resource.constraints.deletion_protection === true
        ? { status: 'fail', text: 'Termination protection is on. Turn it off in EC2 first.' }
        : { status: 'none', text: 'no constraint applies' },
    liveConstraint: protection('disableApiTermination', 'Termination'),
    affects: (resource, related) => [
      ...managers(resource),
      ...spotAtTermination(resource),
      ...volumesAtTermination(resource, related),
      ...targetGroups(related, 'loses this target'),
    ],
    undo: () => null,
  },
];
