import {
  BACKUP_PARTS,
  type BackupInfo,
  type BackupPart,
  type BackupSource,
  type S3Place,
  type Secret,
} from '../../../preload/contract/models.ts';
import { newestFirst } from '../../../preload/contract/times.ts';
import { NO_SECRET, secretProblem, type TypedSecret, toSecret } from '../keys/secret.ts';

export const STEPS = ['place', 'install', 'secret', 'inside', 'mode', 'run'] as const;
export type Step = (typeof STEPS)[number];
export type RestoreMode = 'replace' | 'merge';

export interface S3Form {
  access: 'profile' | 'keys';
  profile: string;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  bucket: string;
  region: string;
  /** Empty = AWS. */
  endpoint: string;
}

/** What the person said about where the backup is; every kind keeps its own entries. */
export interface PlaceForm {
  kind: 's3' | 'folder' | 'file';
  s3: S3Form;
  folder: string;
  file: { path: string; name: string };
}

export interface Install {
  installId: string;
  backups: BackupInfo[];
}

/** All the wizard knows. It lives in this page's memory alone and is dropped when the person leaves. */
export interface Wizard {
  step: Step;
  place: PlaceForm;
  /** Where a backup of this app's own list lies: neither a place nor a secret is asked for. Else null. */
  own: BackupSource | null;
  installs: Install[] | null;
  chosen: { installId: string; backupId: string } | null;
  secret: TypedSecret;
  opened: BackupInfo | null;
  parts: BackupPart[];
  mode: RestoreMode;
  jobId: string | null;
}

export const EMPTY_PLACE: PlaceForm = {
  kind: 's3',
  s3: {
    access: 'profile',
    profile: '',
    accessKeyId: '',
    secretAccessKey: '',
    sessionToken: '',
    bucket: '',
    region: '',
    endpoint: '',
  },
  folder: '',
  file: { path: '', name: '' },
};

export const newWizard = (): Wizard => ({
  step: 'place',
  place: EMPTY_PLACE,
  own: null,
  installs: null,
  chosen: null,
  secret: NO_SECRET,
  opened: null,
  parts: [...BACKUP_PARTS],
  mode: 'replace',
  jobId: null,
});

export interface OwnBackup {
  backup: BackupInfo;
  /** The app's whole list. */
  backups: readonly BackupInfo[];
  /** The chosen bucket. */
  s3: S3Place | null;
}

/** For one backup of the app's own list: straight to what is inside. One in S3 comes from there: no copy need be here. */
export function ownWizard({ backup, backups, s3 }: OwnBackup): Wizard {
  const { installId, backupId, place } = backup;
  const bucket = place === 's3' ? s3 : null;
  const own: BackupSource = bucket
    ? {
        kind: 's3',
        bucket: bucket.bucket,
        region: bucket.region,
        endpoint: bucket.endpoint,
        access: { profile: bucket.profile },
      }
    : { kind: 'here' };
  const installs = [{ installId, backups: backups.filter((one) => one.place === place) }];
  return { ...newWizard(), own, step: 'inside', installs, chosen: { installId, backupId } };
}

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export type PlaceField = keyof S3Form | 'folder' | 'file';
export type PlaceProblems = Partial<Record<PlaceField, string>>;

/** What is missing or misspelt, by field, in words. Empty = it can be looked up. */
export function placeProblems({ kind, s3, folder, file }: PlaceForm): PlaceProblems {
  if (kind === 'folder')
    return folder.trim() === '' ? { folder: 'Name the folder that holds the backup.' } : {};
  if (kind === 'file') return file.path.trim() === '' ? { file: 'Choose the exported file.' } : {};
  const problems: PlaceProblems = {};
  if (!BUCKET.test(s3.bucket.trim()))
    problems.bucket = 'A bucket name has 3 to 63 lower-case letters, digits, dots and hyphens.';
  if (s3.region.trim() === '') problems.region = 'The region the bucket is in, such as us-west-2.';
  const endpoint = endpointProblem(s3.endpoint);
  if (endpoint) problems.endpoint = endpoint;
  if (s3.access === 'profile') {
    if (s3.profile === '') problems.profile = 'Choose the profile that may read the bucket.';
    return problems;
  }
  if (s3.accessKeyId.trim() === '') problems.accessKeyId = 'Enter the access key id.';
  if (s3.secretAccessKey.trim() === '') problems.secretAccessKey = 'Enter the secret access key.';
  return problems;
}

/** Why this is no endpoint of an S3-compatible store; null = it is one, or none was given. */
export function endpointProblem(text: string): string | null {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  const url = URL.parse(trimmed);
  return url && (url.protocol === 'https:' || url.protocol === 'http:')
    ? null
    : 'An endpoint is written like https://minio.example.com:9000.';
}

/** The source as the requests take it. Call with a place that has no problems. */
export function toSource(wizard: Pick<Wizard, 'own' | 'place'>): BackupSource {
  if (wizard.own) return wizard.own;
  const { kind, s3, folder, file } = wizard.place;
  if (kind === 'folder') return { kind, path: folder.trim() };
  if (kind === 'file') return { kind, path: file.path.trim() };
  return {
    kind,
    bucket: s3.bucket.trim(),
    region: s3.region.trim(),
    endpoint: s3.endpoint.trim() || null,
    access:
      s3.access === 'profile'
        ? { profile: s3.profile }
        : {
            accessKeyId: s3.accessKeyId.trim(),
            secretAccessKey: s3.secretAccessKey.trim(),
            sessionToken: s3.sessionToken.trim() || null,
          },
  };
}

export const secretOf = (wizard: Pick<Wizard, 'own' | 'secret'>): Secret =>
  wizard.own ? { kind: 'own' } : toSecret(wizard.secret);

/** The newest backup that can be restored, of the install that has the newest one; null = none can. */
export function newestGood(installs: readonly Install[]): Wizard['chosen'] {
  const good = installs.flatMap(({ backups }) => backups.filter(isRestorable));
  const newest = good.toSorted(newestFirst())[0];
  return newest ? { installId: newest.installId, backupId: newest.backupId } : null;
}

/** Unverified ones may be tried: everything is verified before anything is replaced. */
export const isRestorable = ({ state }: Pick<BackupInfo, 'state'>): boolean =>
  state === 'verified' || state === 'unverified';

export function chosenBackup({ installs, chosen }: Pick<Wizard, 'installs' | 'chosen'>): BackupInfo | null {
  const backups = installs?.find(({ installId }) => installId === chosen?.installId)?.backups;
  return backups?.find(({ backupId }) => backupId === chosen?.backupId) ?? null;
}

/**
 * Where each part comes from: the chosen backup, or the newest before it of the same install that holds the part
 * and can be restored. Null = there is none.
 */
export function partSources(
  wizard: Pick<Wizard, 'installs' | 'opened'>,
): Record<BackupPart, BackupInfo | null> {
  const of = (part: BackupPart) => partSource(wizard, part);
  return { chat_history: of('chat_history'), aws_estate: of('aws_estate'), state: of('state') };
}

function partSource({ installs, opened }: Pick<Wizard, 'installs' | 'opened'>, part: BackupPart) {
  if (opened === null || opened.parts.includes(part)) return opened;
  const backups = installs?.find(({ installId }) => installId === opened.installId)?.backups ?? [];
  const older = backups.filter(
    (one) => isRestorable(one) && one.parts.includes(part) && one.createdAt <= opened.createdAt,
  );
  return older.toSorted(newestFirst())[0] ?? null;
}

/** The ticked parts that there is a backup of. */
export function wantedParts(wizard: Pick<Wizard, 'installs' | 'opened' | 'parts'>): BackupPart[] {
  const sources = partSources(wizard);
  return BACKUP_PARTS.filter((part) => wizard.parts.includes(part) && sources[part] !== null);
}

export interface WantedBackup {
  backupId: string;
  parts: BackupPart[];
}

/** Which parts of which backups are restored, newest first; the others are asked for beside the first. */
export function wantedBackups(wizard: Pick<Wizard, 'installs' | 'opened' | 'parts'>): WantedBackup[] {
  const sources = partSources(wizard);
  const byBackup = Map.groupBy(wantedParts(wizard), (part) => sources[part]?.backupId ?? '');
  return [...byBackup]
    .map(([backupId, parts]) => ({ backupId, parts }))
    .sort((a, b) => b.backupId.localeCompare(a.backupId));
}

/** The step before this one; null = leaving. While it runs there is no way back, only Cancel. */
export function stepBefore({ step, own }: Pick<Wizard, 'step' | 'own'>): Step | null {
  if (own && step === 'inside') return null;
  return STEPS[STEPS.indexOf(step) - 1] ?? null;
}

/** The steps that are asked in this run of the wizard. */
export const stepsOf = ({ own }: Pick<Wizard, 'own'>): readonly Step[] => (own ? STEPS.slice(3) : STEPS);

/** Other entries for the place: what was found under the old ones no longer counts, the typed secret does. */
export function withPlace(wizard: Wizard, place: PlaceForm): Wizard {
  return { ...wizard, place, installs: null, chosen: null, opened: null };
}

/** Why the wizard may not leave this step forwards, in words; null = it may. */
export function stepProblem(wizard: Wizard): string | null {
  switch (wizard.step) {
    case 'place':
      return Object.values(placeProblems(wizard.place))[0] ?? null;
    case 'install':
      return wizard.chosen ? null : 'Choose a backup.';
    case 'secret':
      return secretProblem(wizard.secret);
    case 'inside':
      return wantedParts(wizard).length > 0 ? null : 'Choose at least one part.';
    case 'mode':
    case 'run':
      return null;
  }
}
