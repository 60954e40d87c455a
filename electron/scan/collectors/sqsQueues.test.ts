import { expect, test } from 'vitest';
import { awsError, cannedAws } from '../fixtures/cannedAws.ts';
import { sqsQueues } from './sqsQueues.ts';

const URL = 'https://sqs.us-east-1.amazonaws.com/111122223333/jobs.fifo';
const answers = {
  ListQueuesCommand: () => ({ QueueUrls: [URL] }),
  GetQueueAttributesCommand: () => ({
    Attributes: {
      QueueArn: 'arn:aws:sqs:us-east-1:111122223333:jobs.fifo',
      ApproximateNumberOfMessages: '0',
      VisibilityTimeout: '30',
      CreatedTimestamp: '1735787045',
      FifoQueue: 'true',
      RedrivePolicy:
        '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:111122223333:dead.fifo","maxReceiveCount":5}',
    },
  }),
  ListQueueTagsCommand: () => ({ Tags: { team: 'core' } }),
};

test('a queue is addressed by URL, has typed facts and knows its dead-letter queue', async () => {
  const aws = cannedAws(answers);
  expect(await aws.collect(sqsQueues)).toMatchObject([
    {
      nativeId: URL,
      name: 'jobs.fifo',
      state: null,
      tags: { team: 'core' },
      createdAt: '2025-01-02T03:04:05.000Z',
      facts: { ApproximateNumberOfMessages: 0, VisibilityTimeout: 30, FifoQueue: true },
      relations: [
        {
          kind: 'uses',
          resourceType: 'sqs_queue',
          nativeId: 'https://sqs.us-east-1.amazonaws.com/111122223333/dead.fifo',
        },
      ],
    },
  ]);
  expect(aws.sent('ListQueuesCommand')[0]?.input.MaxResults).toBe(1_000);
});

test('a queue whose attributes are denied is listed; one deleted meanwhile is left out', async () => {
  const aws = cannedAws({
    ...answers,
    ListQueuesCommand: () => ({ QueueUrls: [URL, `${URL}-gone`] }),
    GetQueueAttributesCommand: ({ QueueUrl }) => {
      throw QueueUrl === URL ? awsError('AccessDenied', 403) : awsError('QueueDoesNotExist');
    },
  });
  expect(await aws.collect(sqsQueues)).toMatchObject([
    { name: 'jobs.fifo', arn: 'arn:aws:sqs:us-east-1:111122223333:jobs.fifo', facts: {} },
  ]);
  expect(aws.partial).toEqual([expect.stringContaining('sqs:GetQueueAttributes on jobs.fifo')]);
  expect(await aws.describe(sqsQueues, `${URL}-gone`)).toBeNull();
});

test('a redrive policy that is no JSON costs the relation, not the queue', async () => {
  const aws = cannedAws({
    ...answers,
    GetQueueAttributesCommand: () => ({ Attributes: { RedrivePolicy: '{' } }),
  });
  expect(await aws.collect(sqsQueues)).toMatchObject([{ name: 'jobs.fifo', relations: [] }]);
});
