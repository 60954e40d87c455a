import type { AppStatus, KeyInfo } from '../../../preload/contract/models.ts';
import { count, plural } from '../../state/format.ts';

export function keySourceWords(key: Pick<AppStatus['key'], 'source' | 'filePath'>): string {
  if (key.source === 'keychain') return 'in the keychain of this machine';
  if (key.source === 'env') return 'from an environment variable';
  if (key.source === 'file') return `in a file only you can read${key.filePath ? ` (${key.filePath})` : ''}`;
  return 'none yet';
}

/** Whether the key can be had again where it is kept: the message says what is wrong with that place. */
export function keyHealthWords(key: AppStatus['key']): string {
  if (key.message !== '') return `in use; ${key.message}`;
  return `in order, ${keySourceWords(key)}`;
}

/** `age` in words, or null without a good backup. */
export function lastBackupWords(age: string | null, s3: boolean): string {
  const where = s3 ? '' : '; on this machine alone, since no bucket is chosen';
  return age === null ? 'none yet' : `${age}${where}`;
}

export const slotOf = (keys: KeyInfo, kind: KeyInfo['slots'][number]['kind']) =>
  keys.slots.find((slot) => slot.kind === kind) ?? null;

/** How records are sealed now, and how much still lies under earlier keys. */
export function rotationWords({ dataKeys, toReencrypt }: Pick<KeyInfo, 'dataKeys' | 'toReencrypt'>): string {
  const earlier = dataKeys.filter(({ purpose, current }) => purpose === 'records' && !current).length;
  if (toReencrypt > 0)
    return `${plural(toReencrypt, 'record')} still sealed under an earlier key; each is sealed anew when it is written.`;
  if (earlier === 0) return 'Every record is sealed under the first key.';
  return `Every record is sealed under the newest of ${count(earlier + 1)} keys.`;
}

const FORMER = 'If someone else may have it, back up again and delete those: the Backups screen marks them.';

/** What revoking takes away; the last one leaves backups that open on this machine alone. */
export function revokeWords(keys: KeyInfo, kind: KeyInfo['slots'][number]['kind']): string {
  const name = kind === 'recovery' ? 'recovery key' : 'passphrase';
  const last = keys.slots.every((slot) => slot.kind === kind);
  return last
    ? `It is the last way in besides this machine's own key: after that, new backups open on this machine only. Backups made before still open with the old ${name}. ${FORMER}`
    : `It no longer opens this workspace or new backups. Backups made before still open with it. ${FORMER}`;
}

/** A remote Qdrant's address that can be tried, in words why not; null = it can. */
export function remoteUrlProblem(text: string): string | null {
  const url = URL.parse(text.trim());
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return 'An address is written like https://qdrant.example.com:6333.';
  if (url.username !== '' || url.password !== '')
    return 'Keep the key out of the address; it has its own field.';
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return url.protocol === 'http:' && !loopback ? 'Beyond this machine it needs https.' : null;
}

/** Typed exactly, since the main side compares it exactly. */
export const DELETE_WORDS = 'delete everything';
