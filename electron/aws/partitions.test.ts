import { expect, test } from 'vitest';
import { callableRegion, isAwsHost, knownRegions } from './partitions.ts';

test.each([
  ['aws-global', 'us-east-1'],
  ['aws-us-gov-global', 'us-gov-west-1'],
  ['aws-cn-global', 'cn-north-1'],
  ['aws-iso-global', 'us-iso-east-1'],
  ['aws-iso-b-global', 'us-isob-east-1'],
  ['fips-us-east-2', 'us-east-2'],
  ['us-gov-west-1-fips', 'us-gov-west-1'],
  ['eu-west-1', 'eu-west-1'],
  ['global', 'global'],
])('%s is called at %s', (region, host) => {
  expect(callableRegion(region)).toBe(host);
});

test.each([
  ['ec2.eu-west-1.amazonaws.com', true],
  ['b-1.s3.dualstack.eu-west-1.amazonaws.com', true],
  ['sqs.cn-north-1.amazonaws.com.cn', true],
  ['ec2.eu-west-1.api.aws', true],
  ['EC2.EU-WEST-1.AMAZONAWS.COM.', true],
  ['amazonaws.com.example.org', false],
  ['notamazonaws.com', false],
  ['127.0.0.1', false],
  ['localhost.localstack.cloud', false],
])('%s is AWS’s own host: %s', (host, own) => {
  expect(isAwsHost(host)).toBe(own);
});

test('the regions known without asking are of their partition', () => {
  expect(knownRegions('aws')).toContain('eu-west-1');
  expect(knownRegions('aws-cn')).toEqual(['cn-north-1', 'cn-northwest-1']);
  expect(knownRegions('aws-iso')).toEqual(['us-iso-east-1']);
});
