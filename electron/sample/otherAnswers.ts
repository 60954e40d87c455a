import type { DescribeTableCommandInput, ListTagsOfResourceCommandInput } from '@aws-sdk/client-dynamodb';
import type {
  DescribeLoadBalancersCommandInput,
  DescribeTagsCommandInput,
  DescribeTargetGroupsCommandInput,
  DescribeTargetHealthCommandInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { GetFunctionCommandInput, ListTagsCommandInput } from '@aws-sdk/client-lambda';
import type { GetBucketLocationCommandInput } from '@aws-sdk/client-s3';
import type { GetQueueAttributesCommandInput } from '@aws-sdk/client-sqs';
import { type Answers, chosen, listed, type SampleCall, toTagList } from './answers.ts';
import { awsError } from './awsError.ts';
import { hex } from './ids.ts';

export const STS_ANSWERS: Answers = {
  GetCallerIdentity: ({ account }) => ({
    Account: account.accountId,
    UserId: `AROA${hex(account.accountId, 16).toUpperCase()}:sample`,
    Arn: `arn:aws:sts::${account.accountId}:assumed-role/${account.role}/sample`,
  }),
};

export const IAM_ANSWERS: Answers = {
  ListAccountAliases: ({ account }) => ({ AccountAliases: [account.alias], IsTruncated: false }),
};

export const S3_ANSWERS: Answers = {
  ListBuckets: ({ account, memory }) => ({
    Buckets: memory
      .buckets(account.accountId)
      .map(({ name, region, created }) => ({ Name: name, BucketRegion: region, CreationDate: created })),
  }),
  GetBucketLocation: (call, input: GetBucketLocationCommandInput) => ({
    LocationConstraint: bucket(call, input.Bucket).region,
  }),
  GetBucketTagging: (call, input: GetBucketLocationCommandInput) => ({
    TagSet: toTagList(bucket(call, input.Bucket).tags),
  }),
  GetPublicAccessBlock: (call, input: GetBucketLocationCommandInput) => {
    const open = bucket(call, input.Bucket).name.includes('assets');
    return {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: !open,
        IgnorePublicAcls: !open,
        BlockPublicPolicy: !open,
        RestrictPublicBuckets: !open,
      },
    };
  },
};

function bucket({ account, memory }: SampleCall, name: string | undefined) {
  const found = memory.buckets(account.accountId).find((one) => one.name === name);
  if (!found) throw awsError('NoSuchBucket', 'The specified bucket does not exist', 404);
  return found;
}

export const LAMBDA_ANSWERS: Answers = {
  ListFunctions: ({ state }) => ({ Functions: listed(state?.platform.functions) }),
  GetFunction: ({ state }, { FunctionName }: GetFunctionCommandInput) => {
    const [Configuration] = chosen(
      listed(state?.platform.functions),
      'FunctionName',
      [FunctionName ?? ''],
      'ResourceNotFoundException',
    );
    return { Configuration, Tags: state?.platform.tags.get(Configuration?.FunctionArn ?? '') ?? {} };
  },
  ListTags: ({ state }, { Resource }: ListTagsCommandInput) => ({
    Tags: state?.platform.tags.get(Resource ?? '') ?? {},
  }),
};

export const ELBV2_ANSWERS: Answers = {
  DescribeLoadBalancers: ({ state }, { LoadBalancerArns }: DescribeLoadBalancersCommandInput) => ({
    LoadBalancers: chosen(
      listed(state?.platform.loadBalancers),
      'LoadBalancerArn',
      LoadBalancerArns,
      'LoadBalancerNotFoundException',
    ),
  }),
  DescribeTargetGroups: ({ state }, { TargetGroupArns }: DescribeTargetGroupsCommandInput) => ({
    TargetGroups: chosen(
      listed(state?.platform.targetGroups),
      'TargetGroupArn',
      TargetGroupArns,
      'TargetGroupNotFoundException',
    ),
  }),
  DescribeTags: ({ state }, { ResourceArns }: DescribeTagsCommandInput) => ({
    TagDescriptions: (ResourceArns ?? []).map((ResourceArn) => ({
      ResourceArn,
      Tags: toTagList(state?.platform.tags.get(ResourceArn)),
    })),
  }),
  DescribeTargetHealth: ({ state }, { TargetGroupArn }: DescribeTargetHealthCommandInput) => ({
    TargetHealthDescriptions: (state?.platform.targets.get(TargetGroupArn ?? '') ?? []).map((Id) => ({
      Target: { Id, Port: 8080 },
      TargetHealth: { State: 'healthy' },
    })),
  }),
};

export const DYNAMODB_ANSWERS: Answers = {
  ListTables: ({ state }) => ({
    TableNames: listed(state?.platform.tables).flatMap((table) => table.TableName ?? []),
  }),
  DescribeTable: ({ state }, { TableName }: DescribeTableCommandInput) => ({
    Table: chosen(
      listed(state?.platform.tables),
      'TableName',
      [TableName ?? ''],
      'ResourceNotFoundException',
    )[0],
  }),
  ListTagsOfResource: ({ state }, { ResourceArn }: ListTagsOfResourceCommandInput) => ({
    Tags: toTagList(state?.platform.tags.get(ResourceArn ?? '')),
  }),
};

export const SQS_ANSWERS: Answers = {
  ListQueues: ({ state }) => ({ QueueUrls: listed(state?.platform.queues).map(({ url }) => url) }),
  GetQueueAttributes: (call, input: GetQueueAttributesCommandInput) => ({
    Attributes: queue(call, input.QueueUrl).attributes,
  }),
  ListQueueTags: (call, input: GetQueueAttributesCommandInput) => ({
    Tags: call.state?.platform.tags.get(queue(call, input.QueueUrl).arn) ?? {},
  }),
};

function queue({ state }: SampleCall, url: string | undefined) {
  const found = state?.platform.queues.find((one) => one.url === url);
  if (!found) throw awsError('QueueDoesNotExist', 'The specified queue does not exist.');
  return found;
}
