import { NormalizedSchema } from '@smithy/core/schema';
import type { $SchemaRef } from '@smithy/types';

/** An operation as the SDK's clients describe it: `[9, namespace, name, traits, input, output]`. */
export type OperationSchema = readonly [unknown, string, string, unknown, $SchemaRef, $SchemaRef];

/** What the answer of one operation looks like on the wire and once it is read. */
export interface AnswerShape {
  operation: string;
  /** `none`: success has no body; `stream`: the body is somebody's file. */
  body: 'xml' | 'json' | 'none' | 'stream';
  /** The name of the XML document's root; null for what is not XML. */
  root: string | null;
  /** The answer names the version of the object it is about (S3). */
  hasEtag: boolean;
  /** The members of the body, of which at least one is always sent, unless `mayBeEmpty`. */
  members: string[];
  mayBeEmpty: boolean;
  /** The one list of a listing: AWS sends it empty rather than not at all. */
  list: string | null;
}

/** Reading operations whose answer may hold nothing: "none" is said by leaving the member out. */
const MAY_BE_EMPTY = new Set([
  'GetBucketLocation',
  'GetBucketVersioning',
  'ListQueues',
  'ListQueueTags',
  'GetQueueAttributes',
]);
const READS = /^(List|Describe|Get|Simulate|Head)/;
/** Members in the body, i.e. not in a header or the status. */
const OUTSIDE_BODY = ['httpHeader', 'httpPrefixHeaders', 'httpResponseCode'] as const;

/** `protocol` is the client's, by its shape id (`aws.protocols#ec2Query`). */
export function shapeOf([, , operation, , , output]: OperationSchema, protocol: string): AnswerShape {
  const schema = NormalizedSchema.of(output);
  const members = schema.isStructSchema() ? [...schema.structIterator()] : [];
  const inBody = members.filter(([, member]) =>
    OUTSIDE_BODY.every((trait) => member.getMergedTraits()[trait] === undefined),
  );
  const lists = inBody.filter(([, one]) => one.isListSchema() && !one.getMergedTraits().xmlFlattened);
  const mayBeEmpty = MAY_BE_EMPTY.has(operation);
  return {
    operation,
    body: bodyOf(inBody, protocol),
    root: rootOf(operation, schema, inBody, protocol),
    hasEtag: members.some(([, member]) => member.getMergedTraits().httpHeader === 'ETag'),
    members: inBody.map(([name]) => name),
    mayBeEmpty,
    list: !mayBeEmpty && READS.test(operation) && lists.length === 1 ? (lists[0]?.[0] ?? null) : null,
  };
}

type Members = [string, NormalizedSchema][];

function bodyOf(inBody: Members, protocol: string): AnswerShape['body'] {
  if (inBody.some(([, member]) => member.isStreaming())) return 'stream';
  // The Query protocols wrap even an answer without members.
  if (/query$/i.test(protocol)) return 'xml';
  if (inBody.length === 0) return 'none';
  return /xml$/i.test(protocol) ? 'xml' : 'json';
}

function rootOf(
  operation: string,
  schema: NormalizedSchema,
  inBody: Members,
  protocol: string,
): string | null {
  if (/query$/i.test(protocol)) return `${operation}Response`;
  if (!/xml$/i.test(protocol) || inBody.length === 0) return null;
  const payload = inBody.find(([, member]) => member.getMergedTraits().httpPayload !== undefined)?.[1];
  const named = payload ?? schema;
  return named.getMergedTraits().xmlName ?? named.getName() ?? null;
}
