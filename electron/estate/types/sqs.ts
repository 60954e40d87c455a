import { asRead, links } from '../reading.ts';
import { typeSpec } from '../typeSpec.ts';

/** The URL, which is all that the list has, the attributes and the tags. */
interface Answer {
  QueueUrl?: string;
  Attributes?: Record<string, string>;
  Tags?: Record<string, string>;
}

const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
];
const NUMBERS = [
  ...COUNTS,
  'VisibilityTimeout',
  'MessageRetentionPeriod',
  'MaximumMessageSize',
  'DelaySeconds',
  'ReceiveMessageWaitTimeSeconds',
];
const FLAGS = ['FifoQueue', 'ContentBasedDeduplication', 'SqsManagedSseEnabled'];

/** Addressed by URL. */
export const sqsQueue = typeSpec<Answer>({
  id: 'sqs_queue',
  service: 'sqs',
  scope: 'region',
  details: [
    {
      call: 'sqs:GetQueueAttributes',
      raw: ['Attributes'],
      fields: [
        'createdAt',
        'relations.uses',
        ...[...NUMBERS, ...FLAGS, 'KmsMasterKeyId'].map((fact) => `facts.${fact}`),
      ],
    },
    { call: 'sqs:ListQueueTags', raw: ['Tags'], fields: ['tags'] },
  ],
  readVersion: 1,
  volatile: COUNTS.flatMap((count) => [`facts.${count}`, `raw.Attributes.${count}`]),
  ordered: [],
  read({ QueueUrl: url, Attributes: known = {}, Tags: tags }, at) {
    if (!url) return null;
    const name = queueName(url);
    const numbers = NUMBERS.filter((key) => key in known).map((key) => [key, Number(known[key])]);
    const flags = FLAGS.filter((key) => key in known).map((key) => [key, known[key] === 'true']);
    const created = Number(known.CreatedTimestamp);
    return asRead({
      nativeId: url,
      name,
      arn: known.QueueArn ?? `arn:${at.partition}:sqs:${at.region}:${at.accountId}:${name}`,
      tags,
      createdAt: created > 0 ? created * 1_000 : undefined,
      facts: { ...Object.fromEntries([...numbers, ...flags]), KmsMasterKeyId: known.KmsMasterKeyId },
      relations: [links(at, 'uses', 'sqs_queue', deadLetterUrl(url, known.RedrivePolicy))],
    });
  },
});

export const queueName = (url: string) => url.slice(url.lastIndexOf('/') + 1);

/** The dead-letter queue lives in the same account and region, so that its URL differs in the name alone. */
function deadLetterUrl(url: string, policy: string | undefined): string | undefined {
  if (!policy) return undefined;
  try {
    const { deadLetterTargetArn } = JSON.parse(policy) as { deadLetterTargetArn?: unknown };
    if (typeof deadLetterTargetArn !== 'string') return undefined;
    return `${url.slice(0, url.lastIndexOf('/') + 1)}${deadLetterTargetArn.split(':').at(-1)}`;
  } catch {
    // A policy that is no JSON names no queue.
    return undefined;
  }
}
