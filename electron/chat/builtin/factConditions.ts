import type { KnownType, Resource } from '../../../preload/contract/models.ts';
import { PREPOSITIONS, phrases } from './phrases.ts';
import { phraseAt, type Token } from './tokens.ts';

/** Something a sentence asks of resources that only their facts answer. */
export interface FactCondition {
  /** How the sentence said it. */
  label: string;
  /** What it says of several resources of a type; types without are those of which the app does not read it. */
  says: Partial<Record<KnownType, string>>;
  /** The same of those of which it is not so. */
  saysNot: Partial<Record<KnownType, string>>;
  /** The same for what is known of every type. */
  saysOfAll?: string;
  /** Undefined where AWS did not say, or was not asked. */
  holds(resource: Resource): boolean | undefined;
  /** What the fact leaves open. */
  note?: string;
}

interface Question {
  yes: string;
  no: string;
  says: Partial<Record<KnownType, [yes: string, no: string]>>;
  read(resource: Resource): unknown;
  note?: string;
}

const isSo = (value: unknown): boolean | undefined => {
  if (typeof value === 'boolean') return value;
  return value === 'true' ? true : value === 'false' ? false : undefined;
};

/** Where AWS says nothing of an instance's public address, it has none; every other silence is not known. */
function publicly({ resourceType, facts }: Resource): boolean | undefined {
  if (resourceType === 'elbv2_load_balancer')
    return facts.Scheme === 'internet-facing' ? true : facts.Scheme === 'internal' ? false : undefined;
  if (resourceType === 'rds_instance') return isSo(facts.PubliclyAccessible);
  if (resourceType === 'ec2_subnet') return isSo(facts.MapPublicIpOnLaunch);
  if (resourceType === 'ec2_instance') return facts.PublicIpAddress !== undefined;
  const blocked = isSo(facts.PublicAccessBlocked);
  return blocked === undefined ? undefined : !blocked;
}

const QUESTIONS: Question[] = [
  {
    yes: 'public, publicly accessible, publicly reachable, internet-facing, internet facing, exposed, exposed to the internet, open to the internet, reachable from the internet',
    no: 'private, internal, not public, not publicly accessible, not internet-facing, not internet facing, not exposed',
    says: {
      elbv2_load_balancer: ['are internet-facing', 'are internal'],
      rds_instance: ['are publicly accessible', 'are not publicly accessible'],
      ec2_instance: ['have a public IP address', 'have no public IP address'],
      ec2_subnet: ['give instances a public IP address', 'give instances no public IP address'],
      s3_bucket: ['do not block all public access', 'block all public access'],
    },
    read: publicly,
    note: 'Whether a bucket’s policy or ACL opens it is not read.',
  },
  {
    yes: 'encrypted, encrypted at rest, with encryption',
    no: 'unencrypted, not encrypted, without encryption, with no encryption',
    says: {
      rds_instance: ['are encrypted', 'are not encrypted'],
      ec2_volume: ['are encrypted', 'are not encrypted'],
    },
    read: ({ facts }) => isSo(facts.StorageEncrypted ?? facts.Encrypted),
  },
  {
    yes: 'multi-az, multi az, highly available',
    no: 'not multi-az, not multi az, single-az, single az, without multi-az, not highly available',
    says: { rds_instance: ['are multi-AZ', 'are not multi-AZ'] },
    read: ({ facts, constraints }) => isSo(facts.MultiAZ) ?? constraints.multi_az,
  },
  {
    yes: 'deletion protection, with deletion protection, protected from deletion, deletion protected, delete protection, protected',
    no: 'without deletion protection, no deletion protection, not protected, unprotected, not protected from deletion',
    says: {
      rds_instance: ['have deletion protection', 'have no deletion protection'],
      dynamodb_table: ['have deletion protection', 'have no deletion protection'],
    },
    read: ({ constraints }) => constraints.deletion_protection,
  },
  {
    yes: 'unhealthy, with unhealthy targets, not healthy, failing',
    no: 'healthy, all healthy',
    says: {
      elbv2_target_group: ['have targets that are not healthy', 'have no unhealthy target'],
    },
    read: ({ facts }) =>
      typeof facts.Targets === 'number' && typeof facts.HealthyTargets === 'number'
        ? facts.HealthyTargets < facts.Targets
        : undefined,
  },
  {
    yes: 'attached',
    no: 'unattached, not attached, unused, orphaned, detached',
    says: { ec2_volume: ['are attached', 'are not attached'] },
    read: ({ relations }) => relations.some(({ kind }) => kind === 'attached_to'),
  },
  {
    yes: 'backed up, with messages, have messages, messages waiting, not empty',
    no: 'empty, without messages',
    says: { sqs_queue: ['hold messages', 'hold no messages'] },
    read: ({ facts }) =>
      facts.ApproximateNumberOfMessages === undefined
        ? undefined
        : Number(facts.ApproximateNumberOfMessages) > 0,
  },
];

const KNOWN = new Map<string, { question: Question; value: boolean }>(
  QUESTIONS.flatMap((question) => [
    ...[...phrases(question.yes)].map((phrase) => [phrase, { question, value: true }] as const),
    ...[...phrases(question.no)].map((phrase) => [phrase, { question, value: false }] as const),
  ]),
);
const SKIPPED = phrases('that are, which are, that is, that have, which have');
const RUNTIMES = phrases('python, java, nodejs, node.js, node, ruby, go, dotnet, .net');
const INSTANCE_TYPE = /^(db\.)?[a-z][a-z0-9-]*\d[a-z0-9-]*\.(\d*x?large|metal|micro|nano|small|medium)$/;

/** The condition that is said at token `at`, longest first; `tagKeys` are those of the estate. */
export function conditionAt(
  tokens: readonly Token[],
  at: number,
  tagKeys: ReadonlySet<string>,
): { condition: FactCondition; length: number } | null {
  const skipped = phraseAt(tokens, at, SKIPPED);
  const start = at + skipped;
  const length = phraseAt(tokens, start, KNOWN);
  const words = tokens.slice(start, start + length).map(({ text }) => text);
  const known = KNOWN.get(words.join(' '));
  if (known) return { condition: conditionOf(known.question, known.value), length: skipped + length };
  const text = tokens[start]?.kind === 'word' ? (tokens[start]?.text ?? '') : '';
  if (INSTANCE_TYPE.test(text)) return { condition: ofInstanceType(text), length: skipped + 1 };
  if (RUNTIMES.has(text)) return { condition: ofRuntime(text), length: skipped + 1 };
  const other =
    untaggedAt(tokens, start, tagKeys) ?? taggedAt(tokens, start, tagKeys) ?? measureAt(tokens, start);
  return other && { ...other, length: skipped + other.length };
}

function conditionOf(question: Question, value: boolean): FactCondition {
  const place = value ? 0 : 1;
  return {
    label: [...phrases(value ? question.yes : question.no)][0] ?? '',
    says: Object.fromEntries(Object.entries(question.says).map(([type, said]) => [type, said[place]])),
    saysNot: Object.fromEntries(Object.entries(question.says).map(([type, said]) => [type, said[1 - place]])),
    holds: (resource) => {
      const read = isSo(question.read(resource));
      return read === undefined ? undefined : read === value;
    },
    ...(question.note && { note: question.note }),
  };
}

/** As AWS writes it: `db.m7g.large` is another class than `m7g.large`. */
function ofInstanceType(text: string): FactCondition {
  const type = text.startsWith('db.') ? 'rds_instance' : 'ec2_instance';
  return {
    label: text,
    says: { [type]: `are ${text}` },
    saysNot: { [type]: `are not ${text}` },
    holds: ({ facts }) => {
      const known = facts.InstanceType ?? facts.DBInstanceClass;
      return known === undefined ? undefined : known === text;
    },
  };
}

function ofRuntime(word: string): FactCondition {
  const name = word.startsWith('node') ? 'nodejs' : word === '.net' ? 'dotnet' : word;
  return {
    label: word,
    says: { lambda_function: `run on ${word}` },
    saysNot: { lambda_function: `do not run on ${word}` },
    holds: ({ facts }) =>
      facts.Runtime === undefined ? undefined : String(facts.Runtime).replace(/[\d.]+.*$/, '') === name,
  };
}

/** "untagged", "without a team tag", "with no owner tag", "missing the env tag". */
function untaggedAt(tokens: readonly Token[], at: number, tagKeys: ReadonlySet<string>) {
  const none = phraseAt(
    tokens,
    at,
    phrases('untagged, not tagged, without tags, without any tags, with no tags'),
  );
  if (none > 0) {
    const holds = ({ tags }: Resource) =>
      Object.keys(tags).every((key) => key === 'Name' || key.startsWith('aws:'));
    return {
      condition: { label: 'untagged', says: {}, saysNot: {}, saysOfAll: 'have no tags', holds },
      length: none,
    };
  }
  const lacking = phraseAt(tokens, at, phrases('without, with no, missing, lacking, no'));
  if (lacking === 0) return null;
  const named = tagKeyAt(tokens, at + lacking, tagKeys);
  if (!named) return null;
  const holds = (resource: Resource) => !hasTag(resource, named.key);
  return {
    condition: {
      label: `without ${named.key}`,
      says: {},
      saysNot: {},
      saysOfAll: `have no tag ${named.key}`,
      holds,
    },
    length: lacking + named.length,
  };
}

/** "with a team tag", "that have the tag team", "tagged with team"; not "with tag team core", which says more. */
function taggedAt(tokens: readonly Token[], at: number, tagKeys: ReadonlySet<string>) {
  const tagged = phraseAt(tokens, at, phrases('tagged, tagged with, tagged by'));
  const having = tagged || phraseAt(tokens, at, phrases('with, have, has, having, that have, which have'));
  if (having === 0) return null;
  const word = tokens[at + having]?.text ?? '';
  const bare = tagged > 0 && tagKeys.has(word) ? { key: word, length: 1 } : null;
  const named = tagKeyAt(tokens, at + having, tagKeys) ?? bare;
  if (!named) return null;
  const next = tokens[at + having + named.length];
  if (next?.kind === 'word' && !PREPOSITIONS.has(next.text)) return null;
  const { key } = named;
  return {
    condition: {
      label: `tagged with ${key}`,
      says: {},
      saysNot: {},
      saysOfAll: `have the tag ${key}`,
      holds: (resource: Resource) => hasTag(resource, key),
    },
    length: having + named.length,
  };
}

const hasTag = ({ tags }: Resource, key: string) =>
  Object.keys(tags).some((known) => known.toLowerCase() === key);

/** "tag team", "the team tag" */
function tagKeyAt(
  tokens: readonly Token[],
  at: number,
  tagKeys: ReadonlySet<string>,
): { key: string; length: number } | null {
  const text = (n: number) => (tokens[at + n]?.kind === 'word' ? (tokens[at + n]?.text ?? '') : '');
  const article = ['a', 'an', 'any', 'the'].includes(text(0)) ? 1 : 0;
  const before = text(article) === 'tag' ? 1 : 0;
  const key = text(article + before);
  const after = before === 0 && text(article + 1) === 'tag' ? 1 : 0;
  return before + after > 0 && tagKeys.has(key) ? { key, length: article + 1 + before + after } : null;
}

const MEASURE =
  /^(?:with |of )?(?:(larger|bigger|greater|more|smaller|less|over|under|above|below|at least|at most)(?: than)? )?(\d+) ?(mb|mib|gb|gib|tb|tib)( of)?( memory| storage| ram)?(?= |$)/;

/** "larger than 200 GB", "with 1024 MB memory". Storage is compared in GiB, memory in MiB, as AWS gives them. */
function measureAt(tokens: readonly Token[], at: number) {
  const run: string[] = [];
  for (let i = at; i < at + 8 && tokens[i]?.kind === 'word'; i++) run.push(tokens[i]?.text ?? '');
  const found = MEASURE.exec(run.join(' '));
  if (!found) return null;
  const [whole = '', comparison, amount = '', unit = ''] = found;
  const mebibytes = Number(amount) * (unit.startsWith('t') ? 1024 * 1024 : unit.startsWith('g') ? 1024 : 1);
  const compare = (value: number) => {
    if (comparison === undefined) return value === mebibytes;
    if (comparison === 'at least') return value >= mebibytes;
    if (comparison === 'at most') return value <= mebibytes;
    return /larger|bigger|greater|more|over|above/.test(comparison) ? value > mebibytes : value < mebibytes;
  };
  const holds = (resource: Resource) => {
    const size = sizeOf(resource);
    return size === undefined ? undefined : compare(size);
  };
  const said = whole
    .replace(/^(with|of) /, '')
    .toUpperCase()
    .replace(/[A-Z]{3,}/g, (word) => word.toLowerCase());
  const says = {
    ec2_volume: `are ${said}`,
    rds_instance: `are ${said}`,
    dynamodb_table: `are ${said}`,
    lambda_function: `have ${said}`,
  };
  return { condition: { label: said, says, saysNot: {}, holds }, length: whole.split(' ').length };
}

/** In MiB: what is stored, or for functions their memory; undefined where AWS gave none. */
export function sizeOf({ resourceType, facts }: Resource): number | undefined {
  const value = {
    ec2_volume: facts.Size,
    rds_instance: facts.AllocatedStorage,
    lambda_function: facts.MemorySize,
    dynamodb_table: facts.TableSizeBytes,
  }[resourceType as string];
  if (typeof value !== 'number') return undefined;
  if (resourceType === 'lambda_function') return value;
  return resourceType === 'dynamodb_table' ? value / 2 ** 20 : value * 1024;
}
