import { type KnownType, ofType, type Resource } from '../../preload/contract/models.ts';

type Place = (resource: Resource) => string;
const e = encodeURIComponent;
const name = (resource: Resource) => e(resource.nativeId);

/** The page of the AWS console for one resource, after the host; each reads `region` from its query. */
const PLACES: Record<KnownType, Place> = {
  ec2_instance: (r) => `ec2/home?region=${e(r.region)}#InstanceDetails:instanceId=${name(r)}`,
  ec2_volume: (r) => `ec2/home?region=${e(r.region)}#VolumeDetails:volumeId=${name(r)}`,
  ec2_vpc: (r) => `vpcconsole/home?region=${e(r.region)}#VpcDetails:VpcId=${name(r)}`,
  ec2_subnet: (r) => `vpcconsole/home?region=${e(r.region)}#SubnetDetails:subnetId=${name(r)}`,
  ec2_security_group: (r) => `ec2/home?region=${e(r.region)}#SecurityGroup:groupId=${name(r)}`,
  rds_instance: (r) => `rds/home?region=${e(r.region)}#database:id=${name(r)};is-cluster=false`,
  s3_bucket: (r) => `s3/buckets/${name(r)}?region=${e(r.region)}`,
  lambda_function: (r) => `lambda/home?region=${e(r.region)}#/functions/${e(r.name)}`,
  elbv2_load_balancer: (r) => `ec2/home?region=${e(r.region)}#LoadBalancer:loadBalancerArn=${e(r.arn)}`,
  elbv2_target_group: (r) => `ec2/home?region=${e(r.region)}#TargetGroup:targetGroupArn=${e(r.arn)}`,
  dynamodb_table: (r) => `dynamodbv2/home?region=${e(r.region)}#table?name=${e(r.name)}`,
  sqs_queue: (r) => `sqs/v3/home?region=${e(r.region)}#/queues/${name(r)}`,
};

const HOSTS: Record<string, string> = {
  aws: 'console.aws.amazon.com',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
  'aws-cn': 'console.amazonaws.cn',
};

/** Where the AWS console shows it; null in a partition, or for a type, whose pages are not known. */
export function consoleUrl(resource: Resource): string | null {
  const host = HOSTS[resource.partition];
  const place = ofType(PLACES, resource.resourceType);
  return host && place ? `https://${host}/${place(resource)}` : null;
}
