import type { ResourceType } from '../../../../preload/contract/models.ts';
import { type Concept, type Wording, wordings } from './concept.ts';

/** What people call each type. The second list holds words that also mean another type. */
const TYPES: [type: ResourceType, label: string, surely: string, loosely: string][] = [
  [
    'ec2_instance',
    'EC2 instance',
    'ec2, ec2 instance, ec2 server, ec2 machine, ec2 box, ec2 host, ec2 vm, instance, virtual machine, virtual server, vm, server, machine, host, box, compute instance, compute node, cloud server, virtual box, compute',
    'node, web server, app server, application server, appliance',
  ],
  [
    'ec2_volume',
    'EBS volume',
    'ebs, ebs volume, ebs disk, ec2 volume, ec2 disk, instance volume, server disk, volume, vol, disk, disc, drive, hard drive, hard disk, block storage, block store, block volume, block device, storage volume, disk volume, elastic block store, persistent disk, disk space',
    'storage, ssd, hdd',
  ],
  [
    'ec2_vpc',
    'VPC',
    'vpc, virtual private cloud, virtual network, private cloud, virtual private network, cloud network, aws network',
    'network, networking, net',
  ],
  [
    'ec2_subnet',
    'Subnet',
    'subnet, sub net, subnetwork, sub network, vpc subnet, network segment, network subnet, subnet range, ip range, ip block, address range',
    'network, networking',
  ],
  [
    'ec2_security_group',
    'Security group',
    'security group, secgroup, sec group, secgrp, sg, firewall, firewall rule, firewall group, fire wall, vpc security group, ec2 security group, network firewall, security rule, inbound rule, ingress rule, outbound rule, egress rule, access rule, network rule, port rule, network access rule, network acl, traffic rule, fw, network security',
    '',
  ],
  [
    'rds_instance',
    'RDS instance',
    'rds, rds instance, rds database, rds db, rds server, db instance, dbinstance, database instance, relational database, relational db, relational store, relational datastore, sql database, sql db, sql store, database, databse, db, data base, database server, db server, db host, database host, database machine, db box, rdbms, database engine, managed database, sql instance, database node',
    'instance, sql, datastore, data store',
  ],
  [
    's3_bucket',
    'S3 bucket',
    's3, s3 bucket, bucket, object storage, object store, object bucket, blob storage, blob store, blob container, storage bucket, simple storage, simple storage service, s3 storage, file bucket, file store, file storage, cloud storage',
    'storage, blob, object',
  ],
  [
    'lambda_function',
    'Lambda function',
    'lambda, lambda function, function, func, fn, serverless function, serverless, cloud function, faas, serverless code, serverless compute, serverless handler, function as a service, serverless job, lamda',
    'handler, compute',
  ],
  [
    'elbv2_load_balancer',
    'Load balancer',
    'load balancer, loadbalancer, load balancing, elb, elbv2, lb, balancer, elastic load balancer, elastic load balancing, traffic distributor, traffic balancer, traffic manager, traffic router',
    'reverse proxy, ingress, entry point, front door',
  ],
  [
    'elbv2_target_group',
    'Target group',
    'target group, targetgroup, tg, tgt group, target pool, backend pool, backend group, back end pool, server pool, upstream group, upstream pool, lb target, lb target group, alb target group, nlb target group, load balancer target, load balancer target group, load balancer pool, load balancer backend, routing target, balancer target, balancer pool',
    'upstream, pool, target',
  ],
  [
    'dynamodb_table',
    'DynamoDB table',
    'dynamodb, dynamo, dynamo db, ddb, dynamodb table, dynamo table, ddb table, dynamodb database, table, tbl, nosql, no sql, nosql table, nosql database, nosql db, nosql store, nosql datastore, key value, key value store, key value table, key value database, kv store, kv table, kv database, document store, document database, wide column store',
    'database, db, data base, datastore, data store, kv',
  ],
  [
    'sqs_queue',
    'SQS queue',
    'sqs, sqs queue, queue, simple queue, simple queue service, message queue, messaging queue, message broker, msg queue, mq, job queue, work queue, task queue, event queue, message buffer, messages queue, queueing',
    'messaging, broker, messages, message',
  ],
];

const typeId = (type: ResourceType) => `type:${type}`;

export const typeConcepts: Concept[] = TYPES.map(([type, label]) => ({
  id: typeId(type),
  kind: 'type',
  label,
  types: [type],
  holds: (view) => (view.type === type ? 1 : 0),
}));

export const typeWordings: Wording[] = TYPES.flatMap(([type, , surely, loosely]) =>
  wordings(typeId(type), `${type}, ${surely}`, loosely),
);
