import type { Secret } from '../../../preload/contract/models.ts';

/** What the person types to open a key slot; lives in this page's memory only. */
export interface TypedSecret {
  kind: 'recovery' | 'passphrase';
  recovery: string;
  passphrase: string;
}
export const NO_SECRET: TypedSecret = { kind: 'recovery', recovery: '', passphrase: '' };

/** What was typed, of the kind that is asked for where only one was made; `opensWith` absent = not known. */
export function askedKind(
  typed: TypedSecret,
  opensWith: readonly TypedSecret['kind'][] | undefined,
): TypedSecret {
  const only = opensWith?.length === 1 ? opensWith[0] : undefined;
  return only ? { ...typed, kind: only } : typed;
}

/** Characters of a recovery key without the gaps between its groups. */
export const RECOVERY_LENGTH = 56;
const GROUP = 4;

const recoveryDigits = (text: string): string => text.replace(/[\s\u2010-\u2015-]/g, '').toUpperCase();

/** `ABCD EFGH …`: as it was shown, however it was typed or pasted. */
export function inGroups(text: string): string {
  return (
    recoveryDigits(text)
      .match(new RegExp(`.{1,${GROUP}}`, 'g'))
      ?.join(' ') ?? ''
  );
}

/** Why it cannot be tried yet, in words; null = it can. Whether it is right, the main side knows. */
export function secretProblem({ kind, recovery, passphrase }: TypedSecret): string | null {
  if (kind === 'passphrase') return passphrase === '' ? 'Enter the passphrase.' : null;
  const { length } = recoveryDigits(recovery);
  if (length === 0) return 'Enter the recovery key.';
  if (length === RECOVERY_LENGTH) return null;
  return length < RECOVERY_LENGTH
    ? `A recovery key has 14 groups of 4 characters; ${RECOVERY_LENGTH - length} characters are missing.`
    : `A recovery key has 14 groups of 4 characters; these are ${length - RECOVERY_LENGTH} too many.`;
}

export function toSecret({ kind, recovery, passphrase }: TypedSecret): Secret {
  return kind === 'recovery' ? { kind, text: inGroups(recovery) } : { kind, text: passphrase };
}

/** Which of the asked groups differ from what was shown. Case and gaps do not count. */
export function wrongGroups(
  groups: readonly string[],
  ask: readonly number[],
  typed: readonly string[],
): number[] {
  return ask.filter((group, at) => recoveryDigits(typed[at] ?? '') !== recoveryDigits(groups[group] ?? ''));
}

/** The floor: shorter ones fall to a machine that tries, however slow each try is made. */
export const MIN_PASSPHRASE = 12;
const COMMON = ['password', 'passphrase', 'qwerty', 'letmein', '123456', 'cloudops', 'abcdef', '111111'];

export interface Strength {
  /** `refused` may not be set. */
  level: 'refused' | 'fair' | 'good';
  /** What it is, and what to do. */
  words: string;
}

/** How well a passphrase would stand against guessing by a machine, in words. */
export function passphraseStrength(text: string): Strength {
  const { length } = [...text];
  if (length < MIN_PASSPHRASE)
    return {
      level: 'refused',
      words: `At least ${MIN_PASSPHRASE} characters; four or five unrelated words are easy to keep in mind.`,
    };
  if (new Set(text.toLowerCase()).size < 6)
    return { level: 'refused', words: 'Too few different characters: it would be guessed early.' };
  const bare = COMMON.reduce((rest, word) => rest.replaceAll(word, ''), text.toLowerCase());
  if ([...bare].length < 8)
    return { level: 'refused', words: 'Mostly a common password: it would be guessed early.' };
  const words = text.trim().split(/\s+/).length;
  if (length >= 20 || words >= 4) return { level: 'good', words: 'Good.' };
  return { level: 'fair', words: 'Fair. A few more words make it far harder to guess.' };
}
