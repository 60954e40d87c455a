import type {
  DescribeInstanceAttributeCommandInput,
  DescribeInstancesCommandInput,
  DescribeSecurityGroupsCommandInput,
  DescribeSubnetsCommandInput,
  DescribeVolumesCommandInput,
  DescribeVpcsCommandInput,
  Instance,
  StopInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { SAMPLE_REGIONS } from './accounts.ts';
import { type Answers, chosen, listed, type SampleCall } from './answers.ts';
import { awsError } from './awsError.ts';
import { key, type RegionState } from './state.ts';

const INSTANCE_GONE = 'InvalidInstanceID.NotFound';

export const EC2_ANSWERS: Answers = {
  DescribeRegions: () => ({
    Regions: SAMPLE_REGIONS.map((RegionName) => ({
      RegionName,
      Endpoint: `ec2.${RegionName}.amazonaws.com`,
      OptInStatus: 'opt-in-not-required',
    })),
  }),
  DescribeInstances: ({ state }, { InstanceIds }: DescribeInstancesCommandInput) => ({
    Reservations: chosen(listed(state?.servers.instances), 'InstanceId', InstanceIds, INSTANCE_GONE).map(
      (instance) => ({
        ReservationId: `r-${instance.InstanceId?.slice(2)}`,
        Instances: [instance],
      }),
    ),
  }),
  DescribeInstanceAttribute: (
    { state },
    { InstanceId, Attribute }: DescribeInstanceAttributeCommandInput,
  ) => {
    chosen(listed(state?.servers.instances), 'InstanceId', [InstanceId ?? ''], INSTANCE_GONE);
    return {
      InstanceId,
      [Attribute === 'disableApiStop' ? 'DisableApiStop' : 'DisableApiTermination']: { Value: false },
    };
  },
  DescribeVolumes: ({ state }, { VolumeIds }: DescribeVolumesCommandInput) => ({
    Volumes: chosen(listed(state?.servers.volumes), 'VolumeId', VolumeIds, 'InvalidVolume.NotFound'),
  }),
  DescribeVpcs: ({ state }, { VpcIds }: DescribeVpcsCommandInput) => ({
    Vpcs: chosen(state ? [state.network.vpc] : [], 'VpcId', VpcIds, 'InvalidVpcID.NotFound'),
  }),
  DescribeSubnets: ({ state }, { SubnetIds }: DescribeSubnetsCommandInput) => ({
    Subnets: chosen(listed(state?.network.subnets), 'SubnetId', SubnetIds, 'InvalidSubnetID.NotFound'),
  }),
  DescribeSecurityGroups: ({ state }, { GroupIds }: DescribeSecurityGroupsCommandInput) => ({
    SecurityGroups: chosen(
      listed(state?.network.securityGroups),
      'GroupId',
      GroupIds,
      'InvalidGroup.NotFound',
    ),
  }),
  StopInstances: (call, input: Change) => ({
    StoppingInstances: change(call, input, ['running'], 'stopping', 'stopped'),
  }),
  StartInstances: (call, input: Change) => ({
    StartingInstances: change(call, input, ['stopped'], 'pending', 'running'),
  }),
  RebootInstances: (call, input: Change) => {
    change(call, input, ['running'], 'running', 'running');
    return {};
  },
  TerminateInstances: (call, input: Change) => ({
    TerminatingInstances: change(call, input, ['running', 'stopped'], 'shutting-down', 'terminated'),
  }),
};

type Change = StopInstancesCommandInput;

/** All of the instances or none, as EC2 does it. */
function change(call: SampleCall, input: Change, from: string[], passing: string, end: string) {
  const state = call.state as RegionState | undefined;
  const instances = chosen(listed(state?.servers.instances), 'InstanceId', input.InstanceIds, INSTANCE_GONE);
  if (input.DryRun)
    throw awsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
  for (const { State, InstanceId } of instances) {
    if (!from.includes(State?.Name ?? '')) {
      throw awsError(
        'IncorrectInstanceState',
        `The instance '${InstanceId}' is not in a state from which it can be changed: ${State?.Name}.`,
      );
    }
  }
  return instances.map((instance) => moved(call, instance, passing, end));
}

function moved({ account, region, memory }: SampleCall, instance: Instance, passing: string, end: string) {
  const PreviousState = instance.State;
  memory.moveInstance(key(account.accountId, region), instance, passing, end);
  return { InstanceId: instance.InstanceId, PreviousState, CurrentState: instance.State };
}
