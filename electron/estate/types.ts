import type { KnownType } from '../../preload/contract/models.ts';
import { ofType } from '../../preload/contract/models.ts';
import type { TypeSpec } from './typeSpec.ts';
import { dynamodbTable } from './types/dynamodb.ts';
import { ec2Instance, ec2SecurityGroup, ec2Subnet, ec2Volume, ec2Vpc } from './types/ec2.ts';
import { elbv2LoadBalancer, elbv2TargetGroup } from './types/elbv2.ts';
import { lambdaFunction } from './types/lambda.ts';
import { rdsInstance } from './types/rds.ts';
import { s3Bucket } from './types/s3.ts';
import { sqsQueue } from './types/sqs.ts';

/** The one list of what is known about each type. */
export const TYPES: Readonly<Record<KnownType, TypeSpec>> = {
  ec2_instance: ec2Instance,
  ec2_volume: ec2Volume,
  ec2_vpc: ec2Vpc,
  ec2_subnet: ec2Subnet,
  ec2_security_group: ec2SecurityGroup,
  rds_instance: rdsInstance,
  s3_bucket: s3Bucket,
  lambda_function: lambdaFunction,
  elbv2_load_balancer: elbv2LoadBalancer,
  elbv2_target_group: elbv2TargetGroup,
  dynamodb_table: dynamodbTable,
  sqs_queue: sqsQueue,
};

/** Undefined for a type that this version does not know. */
export const specOf = (resourceType: string): TypeSpec | undefined => ofType(TYPES, resourceType);

/** What a type's ids are made of: see `TypeSpec.idType`. */
export const idTypeOf = (resourceType: string): string => specOf(resourceType)?.idType ?? resourceType;

const UNKNOWN = ['unknown'];
const volatile = new Map(
  Object.values(TYPES).map((spec) => [spec.id as string, [...spec.volatile, ...UNKNOWN]] as const),
);

/**
 * Paths of what changes by itself in a resource of the type and is no change of it: no revision, no history, no new
 * vector. `unknown` with its reasons is among them: a refusal changes nothing about the resource.
 */
export const volatileOf = (resourceType: string): readonly string[] => volatile.get(resourceType) ?? UNKNOWN;

/** Paths of lists in the stored answer whose order means something. */
export const orderedOf = (resourceType: string): readonly string[] => specOf(resourceType)?.ordered ?? NONE;
const NONE: readonly string[] = [];
