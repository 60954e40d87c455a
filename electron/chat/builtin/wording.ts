import { databaseProduct } from '../../../preload/contract/databases.ts';
import { type KnownType, ofType, type ResourceType } from '../../../preload/contract/models.ts';
import { spelled } from '../../../preload/contract/spelling.ts';
import { cleanText } from '../../execute/catalog/words.ts';

type Nouns = [one: string, many: string];
const NOUNS: Record<KnownType, Nouns> = {
  ec2_instance: ['EC2 instance', 'EC2 instances'],
  ec2_volume: ['EBS volume', 'EBS volumes'],
  ec2_vpc: ['VPC', 'VPCs'],
  ec2_subnet: ['subnet', 'subnets'],
  ec2_security_group: ['security group', 'security groups'],
  rds_instance: ['RDS instance', 'RDS instances'],
  s3_bucket: ['S3 bucket', 'S3 buckets'],
  lambda_function: ['Lambda function', 'Lambda functions'],
  elbv2_load_balancer: ['load balancer', 'load balancers'],
  elbv2_target_group: ['target group', 'target groups'],
  dynamodb_table: ['DynamoDB table', 'DynamoDB tables'],
  sqs_queue: ['SQS queue', 'SQS queues'],
};

/** A type that this version does not know goes by its id. */
function nounsOf(type: ResourceType): Nouns {
  const words = type.replaceAll('_', ' ');
  return ofType(NOUNS, type) ?? [words, `${words} resources`];
}

export const noun = (type: ResourceType): string => nounsOf(type)[0];

/** `engine` of a database, where it is known: DocumentDB and Neptune answer as RDS does and are not. */
export function aNoun(type: ResourceType, engine?: unknown): string {
  const word = type === 'rds_instance' ? `${databaseProduct(engine)} instance` : noun(type);
  return `${/^(EC2|EBS|RDS|S3|SQS)/.test(word) ? 'an' : 'a'} ${word}`;
}

/** "EC2 and RDS instances", "Lambda function"; no type = resources. */
export function nouns(types: readonly ResourceType[], count: number): string {
  if (types.length === 0) return count === 1 ? 'resource' : 'resources';
  const words = types.map((type) => nounsOf(type)[count === 1 ? 0 : 1]);
  const last = words[0]?.split(' ').at(-1) ?? '';
  const shared = words.length > 1 && words.every((word) => word.endsWith(` ${last}`));
  const list = joined(
    words.map((word) => (shared ? word.slice(0, -last.length - 1) : word)),
    count === 1 ? 'or' : 'and',
  );
  return shared ? `${list} ${last}` : list;
}

export function joined(items: readonly string[], word: 'and' | 'or'): string {
  if (items.length < 2) return items[0] ?? '';
  return `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`;
}

/** A name as it may stand in a sentence: one line, what could pass unseen spelled out, bounded. */
export const shown = (name: string): string => cleanText(spelled(name), 120);

/** A name as it may be typed again: in quotes where the plain words would be read otherwise. */
export function spoken(name: string): string {
  return /^[\w.:/@-]+$/.test(name) ? name : `"${name}"`;
}
