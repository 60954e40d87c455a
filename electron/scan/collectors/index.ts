import type { ResourceType } from '../../../preload/contract/models.ts';
import type { Collector } from '../types.ts';
import { dynamodbTables } from './dynamodbTables.ts';
import { ec2Instances } from './ec2Instances.ts';
import { ec2SecurityGroups } from './ec2SecurityGroups.ts';
import { ec2Subnets } from './ec2Subnets.ts';
import { ec2Volumes } from './ec2Volumes.ts';
import { ec2Vpcs } from './ec2Vpcs.ts';
import { elbv2LoadBalancers } from './elbv2LoadBalancers.ts';
import { elbv2TargetGroups } from './elbv2TargetGroups.ts';
import { lambdaFunctions } from './lambdaFunctions.ts';
import { rdsInstances } from './rdsInstances.ts';
import { s3Buckets } from './s3Buckets.ts';
import { sqsQueues } from './sqsQueues.ts';

/** The one list. Collectors of the same `service` share a cell of the scan. */
export const collectors: readonly Collector[] = [
  ec2Instances,
  ec2Volumes,
  ec2Vpcs,
  ec2Subnets,
  ec2SecurityGroups,
  rdsInstances,
  s3Buckets,
  lambdaFunctions,
  elbv2LoadBalancers,
  elbv2TargetGroups,
  dynamodbTables,
  sqsQueues,
];

export function collectorFor(
  resourceType: ResourceType,
  among: readonly Collector[] = collectors,
): Collector | undefined {
  return among.find((collector) => collector.resourceTypes.includes(resourceType));
}
