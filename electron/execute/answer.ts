import { schemaLogFilter } from '@smithy/core/client';
import type { $SchemaRef } from '@smithy/types';
import { firstOf } from '../../preload/contract/text.ts';
import { awsErrorName } from '../aws/errors.ts';
import type { Answer } from '../storage/journal/entries.ts';

/** Characters of an answer that are kept. */
export const ANSWER_LIMIT = 16_384;

/** How the SDK's clients describe an operation: `[9, namespace, name, traits, input, output]`. */
const OPERATION = 9;
const OUTPUT = 5;

/**
 * What AWS answered, as it may be kept: the members that the operation's own schema has, and of those none that it
 * calls sensitive. Without a schema nothing is known to be harmless, and nothing is kept.
 */
export function answerOf(operation: unknown, output: object): Answer | null {
  const schema = Array.isArray(operation) && operation[0] === OPERATION ? operation[OUTPUT] : undefined;
  return schema === undefined ? null : kept(schemaLogFilter(schema as $SchemaRef, output));
}

/** AWS's refusal in the same form; null where nobody has answered. */
export function refusalOf(error: unknown): Answer | null {
  if (!(error instanceof Error)) return null;
  const { $metadata } = error as { $metadata?: { httpStatusCode?: unknown } };
  if (typeof $metadata?.httpStatusCode !== 'number') return null;
  return kept({ Code: awsErrorName(error), Message: error.message, HttpStatus: $metadata.httpStatusCode });
}

function kept(value: unknown): Answer {
  const json = JSON.stringify(value, (_key, member: unknown) =>
    member instanceof Uint8Array ? `(${member.byteLength} bytes)` : member,
  );
  const text = firstOf(json, ANSWER_LIMIT);
  return { text, whole: text.length === json.length };
}
