import { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as ec2 from '@aws-sdk/client-ec2';
import * as elbv2 from '@aws-sdk/client-elastic-load-balancing-v2';
import * as iam from '@aws-sdk/client-iam';
import * as lambda from '@aws-sdk/client-lambda';
import * as rds from '@aws-sdk/client-rds';
import * as s3 from '@aws-sdk/client-s3';
import * as sqs from '@aws-sdk/client-sqs';
import * as sts from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import { mapAwsError } from './errors.ts';
import { NotAwsAnswer } from './notAwsAnswer.ts';
import { ownAnswers } from './ownAnswers.ts';
import type { AwsClient } from './types.ts';

interface Raw {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}
// biome-ignore lint/suspicious/noExplicitAny: commands of nine clients side by side
type Any = any;

/** What one call makes of a raw answer, the client's own reading and retries included. */
async function ask(client: Any, command: object, raw: Raw, endpoint?: string): Promise<Any> {
  const { status = 200, headers = {}, body = '' } = raw;
  const sdk = new client({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIA', secretAccessKey: 'none' },
    maxAttempts: 1,
    ...(endpoint && { endpoint, forcePathStyle: true }),
    requestHandler: {
      handle: async () => ({
        response: {
          statusCode: status,
          headers: { ...headers },
          body: Readable.from([Buffer.from(body)]),
        },
      }),
    },
  }) as AwsClient & { send(command: object): Promise<unknown> };
  sdk.middlewareStack.use(ownAnswers(sdk));
  return sdk.send(command);
}

const ID = '<requestId>9f0e1d2c</requestId>';
const META = '<ResponseMetadata><RequestId>9f0e1d2c</RequestId></ResponseMetadata>';
const query = (operation: string, inside: string) =>
  `<${operation}Response xmlns="x"><${operation}Result>${inside}</${operation}Result>${META}</${operation}Response>`;
const ec2Answer = (operation: string, inside: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${operation}Response xmlns="x">${ID}${inside}</${operation}Response>`;

interface Operation {
  name: string;
  client: unknown;
  command: object;
  type: string;
  /** AWS's answer when there is nothing. */
  empty: string;
  /** The same without the member that AWS always sends; undefined where AWS says "none" so. */
  without?: string;
  /** The root of the answer of another operation, with everything else right. */
  other: string;
}
const xml = 'text/xml;charset=UTF-8';
const ec2Listing = (operation: string, command: object, list: string): Operation => ({
  name: operation,
  client: ec2.EC2Client,
  command,
  type: xml,
  empty: ec2Answer(operation, `<${list}/>`),
  without: ec2Answer(operation, ''),
  other: ec2Answer('DescribeTags', '<tagSet/>'),
});
const queryReading = (name: string, client: unknown, command: object, inside: string): Operation => ({
  name,
  client,
  command,
  type: 'text/xml',
  empty: query(name, inside),
  without: query(name, ''),
  other: query('DescribeEvents', '<Events/>'),
});
const json = (
  name: string,
  client: unknown,
  command: object,
  empty: object,
  without?: object,
): Operation => ({
  name,
  client,
  command,
  type: 'application/x-amz-json-1.0',
  empty: JSON.stringify(empty),
  ...(without && { without: JSON.stringify(without) }),
  other: '{"Streams":[]}',
});
const s3Reading = (name: string, command: object, empty: string, without?: string): Operation => ({
  name,
  client: s3.S3Client,
  command,
  type: 'application/xml',
  empty,
  ...(without && { without }),
  other: '<AccessControlPolicy><Owner/></AccessControlPolicy>',
});
const B = { Bucket: 'b-1' };
const ARN = 'arn:aws:dynamodb:eu-west-1:111122223333:table/t';

const OPERATIONS: Operation[] = [
  ec2Listing('DescribeInstances', new ec2.DescribeInstancesCommand({}), 'reservationSet'),
  ec2Listing('DescribeVolumes', new ec2.DescribeVolumesCommand({}), 'volumeSet'),
  ec2Listing('DescribeVpcs', new ec2.DescribeVpcsCommand({}), 'vpcSet'),
  ec2Listing('DescribeSubnets', new ec2.DescribeSubnetsCommand({}), 'subnetSet'),
  ec2Listing('DescribeSecurityGroups', new ec2.DescribeSecurityGroupsCommand({}), 'securityGroupInfo'),
  ec2Listing('DescribeRegions', new ec2.DescribeRegionsCommand({}), 'regionInfo'),
  ec2Listing(
    'TerminateInstances',
    new ec2.TerminateInstancesCommand({ InstanceIds: ['i-1'] }),
    'instancesSet',
  ),
  queryReading(
    'DescribeDBInstances',
    rds.RDSClient,
    new rds.DescribeDBInstancesCommand({}),
    '<DBInstances/>',
  ),
  queryReading(
    'DescribeDBSnapshots',
    rds.RDSClient,
    new rds.DescribeDBSnapshotsCommand({}),
    '<DBSnapshots/>',
  ),
  queryReading(
    'StopDBInstance',
    rds.RDSClient,
    new rds.StopDBInstanceCommand({ DBInstanceIdentifier: 'd' }),
    '<DBInstance><DBInstanceIdentifier>d</DBInstanceIdentifier></DBInstance>',
  ),
  queryReading(
    'DescribeLoadBalancers',
    elbv2.ElasticLoadBalancingV2Client,
    new elbv2.DescribeLoadBalancersCommand({}),
    '<LoadBalancers/>',
  ),
  queryReading(
    'DescribeTargetGroups',
    elbv2.ElasticLoadBalancingV2Client,
    new elbv2.DescribeTargetGroupsCommand({}),
    '<TargetGroups/>',
  ),
  queryReading(
    'DescribeTags',
    elbv2.ElasticLoadBalancingV2Client,
    new elbv2.DescribeTagsCommand({ ResourceArns: ['a'] }),
    '<TagDescriptions/>',
  ),
  queryReading(
    'DescribeTargetHealth',
    elbv2.ElasticLoadBalancingV2Client,
    new elbv2.DescribeTargetHealthCommand({ TargetGroupArn: 'a' }),
    '<TargetHealthDescriptions/>',
  ),
  queryReading(
    'GetCallerIdentity',
    sts.STSClient,
    new sts.GetCallerIdentityCommand({}),
    '<Arn>arn:aws:iam::111122223333:user/a</Arn><Account>111122223333</Account><UserId>A</UserId>',
  ),
  queryReading(
    'SimulatePrincipalPolicy',
    iam.IAMClient,
    new iam.SimulatePrincipalPolicyCommand({ PolicySourceArn: 'a', ActionNames: ['ec2:StopInstances'] }),
    '<EvaluationResults/>',
  ),
  json('ListTables', dynamodb.DynamoDBClient, new dynamodb.ListTablesCommand({}), { TableNames: [] }, {}),
  json(
    'DescribeTable',
    dynamodb.DynamoDBClient,
    new dynamodb.DescribeTableCommand({ TableName: 't' }),
    { Table: { TableName: 't' } },
    {},
  ),
  json(
    'ListTagsOfResource',
    dynamodb.DynamoDBClient,
    new dynamodb.ListTagsOfResourceCommand({ ResourceArn: ARN }),
    { Tags: [] },
    {},
  ),
  json(
    'ListFunctions',
    lambda.LambdaClient,
    new lambda.ListFunctionsCommand({}),
    { Functions: [], NextMarker: null },
    {},
  ),
  json(
    'GetFunction',
    lambda.LambdaClient,
    new lambda.GetFunctionCommand({ FunctionName: 'f' }),
    { Configuration: { FunctionName: 'f' } },
    {},
  ),
  json('ListQueues', sqs.SQSClient, new sqs.ListQueuesCommand({}), {}),
  json(
    'ListQueueTags',
    sqs.SQSClient,
    new sqs.ListQueueTagsCommand({ QueueUrl: 'https://sqs.eu-west-1.amazonaws.com/1/q' }),
    {},
  ),
  s3Reading(
    'ListBuckets',
    new s3.ListBucketsCommand({}),
    '<ListAllMyBucketsResult><Owner><ID>1</ID></Owner><Buckets/></ListAllMyBucketsResult>',
    '<ListAllMyBucketsResult><Owner><ID>1</ID></Owner></ListAllMyBucketsResult>',
  ),
  s3Reading('GetBucketLocation', new s3.GetBucketLocationCommand(B), '<LocationConstraint xmlns="x"/>'),
  s3Reading(
    'GetBucketTagging',
    new s3.GetBucketTaggingCommand(B),
    '<Tagging><TagSet/></Tagging>',
    '<Tagging></Tagging>',
  ),
  s3Reading(
    'GetPublicAccessBlock',
    new s3.GetPublicAccessBlockCommand(B),
    '<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>',
  ),
  s3Reading(
    'GetBucketVersioning',
    new s3.GetBucketVersioningCommand(B),
    '<VersioningConfiguration xmlns="x"/>',
  ),
  s3Reading(
    'ListObjectsV2',
    new s3.ListObjectsV2Command(B),
    '<ListBucketResult><Name>b-1</Name><Prefix/><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>',
    '<ListBucketResult></ListBucketResult>',
  ),
  s3Reading(
    'CompleteMultipartUpload',
    new s3.CompleteMultipartUploadCommand({ ...B, Key: 'k', UploadId: 'u' }),
    '<CompleteMultipartUploadResult><Bucket>b-1</Bucket><Key>k</Key><ETag>"1"</ETag></CompleteMultipartUploadResult>',
    '<CompleteMultipartUploadResult/>',
  ),
];
const PAGE = '<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Wi-Fi</body></html>';
const idOf = ({ client }: Operation) =>
  client === s3.S3Client ? { 'x-amz-request-id': '9F0E' } : { 'x-amzn-requestid': '9f0e' };

test.each(OPERATIONS)(
  '$name: AWS’s own answer passes, empty lists too, at AWS and elsewhere',
  async (operation) => {
    const { client, command, type, empty } = operation;
    const raw = { headers: { 'content-type': type, ...idOf(operation) }, body: empty };
    await expect(ask(client, command, raw)).resolves.toBeDefined();
    const elsewhere = { headers: { 'content-type': type }, body: empty };
    await expect(ask(client, command, elsewhere, 'http://127.0.0.1:4566')).resolves.toBeDefined();
  },
);

/** Ways in which something else answers; each gets the request's own operation. */
const WAYS: Record<string, (operation: Operation) => Raw | null> = {
  'nothing under 200': () => ({}),
  'nothing of the right type': ({ type }) => ({ headers: { 'content-type': type } }),
  'a 204': () => ({ status: 204 }),
  'a page': () => ({ headers: { 'content-type': 'text/html' }, body: PAGE }),
  'a page that calls itself the right type': ({ type }) => ({
    headers: { 'content-type': type },
    body: PAGE,
  }),
  'a redirect to a login page': () => ({
    status: 302,
    headers: { location: 'https://portal.example/login' },
  }),
  'a redirect with a page': () => ({
    status: 307,
    headers: { location: 'https://portal.example/', 'content-type': 'text/html' },
    body: PAGE,
  }),
  'a JSON object where XML is due, and the other way about': ({ type }) =>
    type.includes('json')
      ? { headers: { 'content-type': 'text/xml' }, body: '<ok/>' }
      : { headers: { 'content-type': 'application/json' }, body: '{}' },
  'a JSON list': () => ({ headers: { 'content-type': 'application/json' }, body: '[]' }),
  'plain words': () => ({ headers: { 'content-type': 'text/plain' }, body: 'OK' }),
  'an answer cut in the middle': ({ type, empty }) => {
    const body = empty.slice(0, Math.ceil(empty.length * 0.7));
    return empty === '{}' ? null : { headers: { 'content-type': type }, body };
  },
  'compressed bytes': ({ type, empty }) => ({
    headers: { 'content-type': type, 'content-encoding': 'gzip' },
    body: gzipSync(empty),
  }),
  'another operation’s answer': ({ type, other }) => ({ headers: { 'content-type': type }, body: other }),
  'the answer without its listing': ({ type, without }) =>
    without === undefined ? null : { headers: { 'content-type': type }, body: without },
  'a filter’s refusal': () => ({ status: 403, headers: { 'content-type': 'text/html' }, body: PAGE }),
  'a gateway’s "not found"': () => ({ status: 404, headers: { 'content-type': 'text/html' }, body: PAGE }),
};
const cases = OPERATIONS.flatMap((operation) =>
  Object.entries(WAYS).flatMap(([way, make]) => {
    const raw = make(operation);
    return raw ? [{ name: operation.name, way, operation, raw }] : [];
  }),
);
test.each(cases)('$name: $way is not AWS’s answer, at AWS and elsewhere', async ({ operation, raw }) => {
  const { client, command } = operation;
  for (const headers of [raw.headers ?? {}, { ...raw.headers, ...idOf(operation) }]) {
    for (const endpoint of [undefined, 'http://127.0.0.1:4566']) {
      // A bare redirect or refusal with AWS's own number is AWS's.
      if (headers !== raw.headers && (raw.status ?? 200) >= 300 && !raw.body) continue;
      const error = await ask(client, command, { ...raw, headers }, endpoint).then(
        () => null,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(NotAwsAnswer);
      const context = { call: operation.name, region: 'eu-west-1', profile: 'ops' };
      const mapped = mapAwsError(error, context);
      expect(mapped).toMatchObject({ code: 'AWS_FAILED', outcomeUnknown: true });
      expect(mapped.message).toContain('not AWS');
    }
  }
});

test.each(OPERATIONS)(
  '$name: at AWS’s own hosts an answer without a request id is somebody else’s',
  async (operation) => {
    const { client, command, type, empty } = operation;
    const body = empty.replace(ID, '').replace(META, '');
    const asked = ask(client, command, { headers: { 'content-type': type }, body });
    await expect(asked).rejects.toBeInstanceOf(NotAwsAnswer);
  },
);

test('AWS’s refusals stay AWS’s, in every protocol', async () => {
  const at = { 'x-amzn-requestid': '9f0e' };
  const refusals: [unknown, object, Raw, string][] = [
    [
      ec2.EC2Client,
      new ec2.DescribeVpcsCommand({}),
      {
        status: 403,
        body: '<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors><RequestID>1</RequestID></Response>',
      },
      'UnauthorizedOperation',
    ],
    [
      rds.RDSClient,
      new rds.DescribeDBInstancesCommand({}),
      {
        status: 404,
        body: '<ErrorResponse><Error><Type>Sender</Type><Code>DBInstanceNotFound</Code><Message>no</Message></Error><RequestId>1</RequestId></ErrorResponse>',
      },
      'DBInstanceNotFoundFault',
    ],
    [
      dynamodb.DynamoDBClient,
      new dynamodb.ListTablesCommand({}),
      { status: 400, headers: at, body: '{"__type":"x#AccessDeniedException","Message":"no"}' },
      'AccessDeniedException',
    ],
    [
      s3.S3Client,
      new s3.GetBucketTaggingCommand(B),
      {
        status: 404,
        headers: { 'x-amz-request-id': '1' },
        body: '<Error><Code>NoSuchTagSet</Code><Message>no</Message></Error>',
      },
      'NoSuchTagSet',
    ],
    [
      s3.S3Client,
      new s3.HeadObjectCommand({ ...B, Key: 'k' }),
      { status: 404, headers: { 'x-amz-request-id': '1' } },
      'NotFound',
    ],
    [
      s3.S3Client,
      new s3.CompleteMultipartUploadCommand({ ...B, Key: 'k', UploadId: 'u' }),
      {
        headers: { 'x-amz-request-id': '1' },
        body: '<?xml version="1.0"?>\n<Error><Code>InternalError</Code><Message>no</Message></Error>',
      },
      'InternalError',
    ],
  ];
  for (const [client, command, raw, name] of refusals) {
    await expect(ask(client, command, raw)).rejects.toMatchObject({ name });
  }
});

test('what has no body is told by its headers: a page is no stored object, a portal’s 404 no missing one', async () => {
  const own = { 'x-amz-request-id': '1' };
  const put = new s3.PutObjectCommand({ ...B, Key: 'k', Body: 'x' });
  const head = new s3.HeadObjectCommand({ ...B, Key: 'k' });
  const get = new s3.GetObjectCommand({ ...B, Key: 'k' });
  const store = 'http://127.0.0.1:9000';
  const html = { 'content-type': 'text/html' };
  await expect(ask(s3.S3Client, put, { headers: { ...own, etag: '"1"' } })).resolves.toMatchObject({
    ETag: '"1"',
  });
  await expect(ask(s3.S3Client, put, { headers: { etag: '"1"' } }, store)).resolves.toBeDefined();
  const read = await ask(
    s3.S3Client,
    get,
    { headers: { etag: '"1"', 'content-length': '4' }, body: 'data' },
    store,
  );
  expect(await read.Body.transformToString()).toBe('data');
  const foreign: [object, Raw, string?][] = [
    [put, { headers: own }],
    [put, { headers: html, body: PAGE }, store],
    [put, { headers: { etag: '"1"' } }],
    [put, {}, store],
    [head, { headers: html }, store],
    [head, { status: 404, headers: html }, store],
    [head, { status: 404 }],
    [head, { status: 302, headers: { location: '/login' } }, store],
    [get, { headers: html, body: PAGE }, store],
    [get, { headers: { ...html, etag: '"1"' }, body: PAGE }, store],
    [new s3.HeadBucketCommand(B), { headers: html }, store],
    [new s3.DeleteObjectCommand({ ...B, Key: 'k' }), { headers: html, body: PAGE }, store],
  ];
  for (const [command, raw, endpoint] of foreign) {
    await expect(ask(s3.S3Client, command, raw, endpoint)).rejects.toBeInstanceOf(NotAwsAnswer);
  }
});

test('a server’s failure with a page of its own is tried again as one of AWS', async () => {
  const error = await ask(ec2.EC2Client, new ec2.DescribeVpcsCommand({}), {
    status: 503,
    headers: { 'content-type': 'text/html' },
    body: PAGE,
  }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'NotAwsAnswer', $metadata: { httpStatusCode: 503 } });
});
