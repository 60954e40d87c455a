import type { Resource } from '../../preload/contract/models.ts';
import { conceptBits, expansionOf } from '../storage/find/dictionary.ts';
import { splitWords } from '../storage/find/text.ts';

/**
 * What of a resource is embedded. A vector is kept readable beside the sealed record and its text can be guessed
 * from it, so: the words of the name and of tags that say what the thing is for, and what the dictionary adds.
 * Never: account ids, ARNs, native ids, addresses, anything that looks like a secret, the describe answer.
 */
export function embeddedText(resource: Resource): string {
  const tags = Object.entries(resource.tags)
    .filter(([key]) => key !== 'Name' && !key.startsWith('aws:') && !SECRET_KEY.test(key))
    .map(([key, value]) => `${wordsOf(key)} ${wordsOf(value)}`);
  const expansion = expansionOf(resource.resourceType, conceptBits(resource));
  return [wordsOf(resource.name), resource.region, ...tags, ...expansion].filter(Boolean).join('. ');
}

/** A query, or a name, without what must never be embedded; words only. */
export function safeText(text: string): string {
  return wordsOf(text);
}

const SECRET_KEY = /secret|password|passwd|pwd|token|credential|private.?key|api.?key|access.?key/i;

const REMOVED: RegExp[] = [
  /arn:[^\s,;"']+/gi,
  // E-mail addresses, URLs and host names of AWS endpoints carry account ids and people.
  /https?:\/\/[^\s,;"']+/gi,
  /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g,
  /[\w.-]+\.amazonaws\.com(?:\.cn)?/gi,
  // IPv4 with or without a prefix length, as EC2 writes it in names too, and IPv6.
  /(?<!\d)\d{1,3}([.-])\d{1,3}\1\d{1,3}\1\d{1,3}(?!\d)(?:\/\d{1,2})?/g,
  /(?<![\w:])(?:[\da-f]{0,4}:){2,7}[\da-f]{0,4}(?:\/\d{1,3})?(?![\w:])/gi,
  // Native ids: i-0abc…, subnet-…, and UUIDs.
  /\b[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}\b/gi,
  /\b[a-z]{1,12}-[\da-f]{8,17}\b/gi,
  // Account ids, bare or grouped by fours.
  /\d{4}[- ]\d{4}[- ]\d{4}/g,
  /\d{9,}/g,
];

/** Access key ids, and long runs that mix kinds of characters as keys and tokens do. */
function looksSecret(chunk: string): boolean {
  if (/(?:AKIA|ASIA|AROA|AIDA|ghp_|xox[abp]-|sk[-_])[\w-]{8,}/.test(chunk)) return true;
  if (/^(?=.*\d)(?=.*[a-f])[\da-f]{8,}$/i.test(chunk)) return true;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(chunk)).length;
  return /^[\w+/=-]{20,}$/.test(chunk) && kinds === 3;
}

function wordsOf(text: string): string {
  // Keys first: taking a number out of one would leave a rest that no longer looks like a key.
  let rest = withoutSecrets(text);
  for (const pattern of REMOVED) rest = rest.replace(pattern, ' ');
  return splitWords(withoutSecrets(rest))
    .filter((word) => word.length <= LONGEST_WORD && !/^\d{5,}$/.test(word))
    .join(' ');
}

const LONGEST_WORD = 30;
const RUN = /[\p{L}\p{N}+/=_-]+/gu;

function withoutSecrets(text: string): string {
  return text.replace(RUN, (run) => (looksSecret(run) ? ' ' : run));
}
