import type { SQSClient } from '@aws-sdk/client-sqs';
import { untilEnd } from '../../aws/pages.ts';
import { queueName, sqsQueue } from '../../estate/types/sqs.ts';
import type { CollectContext, CollectedResource, Collector } from '../types.ts';
import { detail, mapLimited, named, orNull, scopeOf, theOne, toResource, type Unknown } from './common.ts';

/** Without a page size SQS stops after 1,000 queues and gives no token. */
const PAGE = 1_000;
const NOT_FOUND = [
  'QueueDoesNotExist',
  'NonExistentQueue',
  'AWS.SimpleQueueService.NonExistentQueue',
  'QueueDeletedRecently',
];

type Sdk = typeof import('@aws-sdk/client-sqs');

/** Addressed by URL. The list has nothing else: attributes and tags are asked for each queue. */
export const sqsQueues: Collector = {
  service: 'sqs',
  global: false,
  resourceTypes: ['sqs_queue'],
  listAction: 'sqs:ListQueues',

  async *collect(context) {
    const { sdk, client } = await load(context);
    const pages = sdk.paginateListQueues({ client, pageSize: PAGE }, {}, { abortSignal: context.signal });
    for await (const page of untilEnd(this.listAction, pages, ({ NextToken }) => NextToken)) {
      const found = await mapLimited(context, page.QueueUrls ?? [], async (url) => {
        const unknown: Unknown = {};
        const about = { call: 'sqs:GetQueueAttributes', on: queueName(url), unknown, of: sqsQueue };
        const attributes = await detail(context, about, () => askAttributes(context, sdk, client, url));
        if (attributes === null) return [];
        const tags = await askTags(context, sdk, client, url, unknown);
        return toQueue(context, url, attributes, tags, unknown) ?? [];
      });
      yield found.flat();
    }
  },

  async describe(context, { nativeId }) {
    const { sdk, client } = await load(context);
    const about = { call: 'sqs:GetQueueAttributes', on: queueName(nativeId) };
    const attributes = await named(context, about, () => askAttributes(context, sdk, client, nativeId));
    if (attributes === null) return null;
    theOne('sqs:GetQueueAttributes', nativeId, [attributes], ({ QueueArn }) => QueueArn && nativeId);
    const unknown: Unknown = {};
    const tags = await askTags(context, sdk, client, nativeId, unknown);
    return toQueue(context, nativeId, attributes, tags, unknown);
  },
};

async function load(context: CollectContext) {
  const sdk = await import('@aws-sdk/client-sqs');
  return { sdk, client: context.clients.client(sdk.SQSClient, scopeOf(context)) };
}

type Attributes = Record<string, string>;

async function askAttributes(
  context: CollectContext,
  sdk: Sdk,
  client: SQSClient,
  url: string,
): Promise<Attributes | null> {
  const answer = await orNull(NOT_FOUND, () =>
    client.send(new sdk.GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }), {
      abortSignal: context.signal,
    }),
  );
  // All were asked for, and every queue has some.
  return answer && theOne('sqs:GetQueueAttributes', url, answer.Attributes && [answer.Attributes], () => url);
}

/** Undefined when AWS would not say. */
async function askTags(
  context: CollectContext,
  sdk: Sdk,
  client: SQSClient,
  url: string,
  unknown: Unknown,
): Promise<Record<string, string> | undefined> {
  const about = { call: 'sqs:ListQueueTags', on: queueName(url), unknown, of: sqsQueue };
  const answer = await detail(context, about, () =>
    orNull(NOT_FOUND, () =>
      client.send(new sdk.ListQueueTagsCommand({ QueueUrl: url }), { abortSignal: context.signal }),
    ),
  );
  return answer === undefined ? undefined : (answer?.Tags ?? {});
}

function toQueue(
  context: CollectContext,
  url: string,
  attributes: Attributes | undefined,
  tags: Record<string, string> | undefined,
  unknown: Unknown,
): CollectedResource | null {
  const answer = {
    QueueUrl: url,
    ...(attributes && { Attributes: attributes }),
    ...(tags && { Tags: tags }),
  };
  return toResource(context, sqsQueue, answer, { unknown });
}
