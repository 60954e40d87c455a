/** Where backups lie, for the guard: the configured bucket and its key. */
export interface ProtectedPlace {
  bucket: string;
  kmsKeyId: string | null;
}

/** What the executor is about to send. */
export interface GuardedCall {
  /** As the SDK or the CLI names it: `s3`, `S3`, `s3api`, `s3control`, `kms`. */
  service: string;
  /** `DeleteObject` or `delete-object`; `rm`, `sync` of the CLI's `s3`. */
  operation: string;
  parameters: unknown;
}

const READS = /^(get|head|list|select|describe|presign|ls)/;
/** Would make every backup under the key unreadable, at once or in days. */
const KEY_ENDINGS =
  /^(schedulekeydeletion|disablekey|deleteimportedkeymaterial|putkeypolicy|updatealias|deletealias|revokegrant|retiregrant)$/;
/** Ends all keys of a store; the call names the store alone. */
const KEY_STORE_ENDINGS = /^(disconnectcustomkeystore|deletecustomkeystore)$/;
const BACKUP_KEY = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\/snapshots\/./;

/**
 * May this call change or end what lies in the backups? Asked by the executor before every call it sends;
 * `true` is refused there. In doubt it says yes: an access point or a prefix may reach the backups under
 * another name. Reads pass, and so do writes in other buckets and to plain keys beside the backups.
 */
export function touchesBackups(
  { service, operation, parameters }: GuardedCall,
  place: ProtectedPlace | null,
): boolean {
  if (place === null) return false;
  const name = operation.replaceAll('-', '').toLowerCase();
  const texts = strings(parameters);
  switch (service.toLowerCase()) {
    case 'kms':
      return place.kmsKeyId !== null && endsKey(name, texts, place.kmsKeyId);
    case 's3':
    case 's3api':
    case 's3control':
      if (READS.test(name) || !texts.some((text) => mayReach(text, place.bucket))) return false;
      return !isPlainObjectWrite(name, parameters);
    default:
      // Exports, log deliveries and policies of other services name a bucket by its ARN or as a URL.
      return !READS.test(name) && texts.some((text) => namesBucket(text, place.bucket));
  }
}

/** Does this text name the bucket, or something behind which it may stand? */
function mayReach(text: string, bucket: string): boolean {
  if (/^arn:[^:]*:s3[\w-]*:[^:]+:/.test(text) || /-s3alias$|--ol-s3$|\.mrap$/.test(text)) return true;
  const name = text.replace(/^s3:\/\//, '').replace(/^arn:[^:]*:s3:::/, '');
  return name === bucket || name.startsWith(`${bucket}/`) || name.includes('*');
}

const OBJECT_WRITES = new Set([
  'putobject',
  'copyobject',
  'deleteobject',
  'putobjecttagging',
  'deleteobjecttagging',
  'putobjectacl',
  'restoreobject',
  'createmultipartupload',
  'uploadpart',
  'completemultipartupload',
  'abortmultipartupload',
]);

/** A write to exactly one key that is not of a backup. */
function isPlainObjectWrite(name: string, parameters: unknown): boolean {
  if (!OBJECT_WRITES.has(name) || typeof parameters !== 'object' || parameters === null) return false;
  const key = 'Key' in parameters ? parameters.Key : undefined;
  return typeof key === 'string' && key !== '' && !BACKUP_KEY.test(key);
}

function namesBucket(text: string, bucket: string): boolean {
  const found = text.matchAll(/(?:arn:[^:\s]*:s3:::|s3:\/\/)([^/\s"']+)/g);
  return [...found].some(([, name = '']) => name === bucket || name.includes('*'));
}

function endsKey(name: string, texts: string[], kmsKeyId: string): boolean {
  if (KEY_STORE_ENDINGS.test(name)) return true;
  if (!KEY_ENDINGS.test(name)) return false;
  // Chosen by its alias, the key itself is not known: any could be it.
  const byAlias = /(^|:)alias\//.test(kmsKeyId);
  return byAlias
    ? texts.some((text) => sameKey(text, kmsKeyId) || !text.includes('alias/'))
    : texts.some((text) => sameKey(text, kmsKeyId));
}

function sameKey(text: string, kmsKeyId: string): boolean {
  const tail = (id: string) =>
    (id.includes(':') ? id.slice(id.lastIndexOf(':') + 1) : id).replace(/^key\//, '');
  return tail(text) === tail(kmsKeyId);
}

/** Every text within the parameters, however deep. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(strings);
}
