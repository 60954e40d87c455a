import { describe, expect, test } from 'vitest';
import type { BackupInfo } from '../../../preload/contract/models.ts';
import {
  chosenBackup,
  EMPTY_PLACE,
  endpointProblem,
  newestGood,
  newWizard,
  ownWizard,
  type PlaceForm,
  placeProblems,
  type S3Form,
  secretOf,
  stepBefore,
  stepProblem,
  toSource,
  wantedBackups,
  wantedParts,
  withPlace,
} from './wizard.ts';

const backup = (backupId: string, patch: Partial<BackupInfo> = {}): BackupInfo => ({
  backupId,
  installId: 'one',
  createdAt: '2026-11-20T10:00:00.000Z',
  place: 's3',
  sizeBytes: 1,
  parts: ['chat_history', 'aws_estate', 'state'],
  counts: { chat_history: 1, aws_estate: 2, state: 3 },
  formatVersion: 1,
  appVersion: '0.1.0',
  state: 'verified',
  provedAt: null,
  reason: 'by hand',
  ...patch,
});

const s3 = (patch: Partial<S3Form>): PlaceForm => ({
  ...EMPTY_PLACE,
  s3: { ...EMPTY_PLACE.s3, bucket: 'my-backups', region: 'us-west-2', ...patch },
});

test('typed keys never leave with a profile, and a profile never with typed keys', () => {
  const both = s3({ profile: 'prod', accessKeyId: 'AKIA', secretAccessKey: 'shh' });
  expect(toSource({ own: null, place: both })).toMatchObject({ access: { profile: 'prod' } });
  expect(JSON.stringify(toSource({ own: null, place: both }))).not.toContain('shh');
  const keys: PlaceForm = { ...both, s3: { ...both.s3, access: 'keys' } };
  expect(toSource({ own: null, place: keys })).toMatchObject({
    access: { accessKeyId: 'AKIA', secretAccessKey: 'shh', sessionToken: null },
  });
});

test('an incomplete place is told by its field before anything is asked of a bucket', () => {
  expect(Object.keys(placeProblems(EMPTY_PLACE))).toEqual(['bucket', 'region', 'profile']);
  expect(placeProblems(s3({ profile: 'prod' }))).toEqual({});
  expect(placeProblems(s3({ access: 'keys' }))).toHaveProperty('secretAccessKey');
  expect(placeProblems(s3({ profile: 'prod', bucket: 'No_Bucket' }))).toHaveProperty('bucket');
  expect(placeProblems({ ...EMPTY_PLACE, kind: 'folder', folder: '  ' })).toHaveProperty('folder');
});

test('an endpoint without a scheme is refused, none at all means AWS', () => {
  expect(endpointProblem('minio.local:9000')).not.toBeNull();
  expect(endpointProblem('javascript:alert(1)')).not.toBeNull();
  expect(endpointProblem('http://127.0.0.1:9000')).toBeNull();
  expect(toSource({ own: null, place: s3({ profile: 'p', endpoint: ' ' }) })).toMatchObject({
    endpoint: null,
  });
});

test('a damaged or newer backup is never the proposed one, however new it is', () => {
  const installs = [
    {
      installId: 'one',
      backups: [backup('old'), backup('bad', { createdAt: '2026-11-22T10:00:00.000Z', state: 'damaged' })],
    },
    {
      installId: 'two',
      backups: [
        backup('newer', { installId: 'two', createdAt: '2026-11-23T10:00:00.000Z', state: 'newer' }),
        backup('good', { installId: 'two', createdAt: '2026-11-21T10:00:00.000Z', state: 'unverified' }),
      ],
    },
  ];
  expect(newestGood(installs)).toEqual({ installId: 'two', backupId: 'good' });
  expect(newestGood([])).toBeNull();
  expect(chosenBackup({ installs, chosen: { installId: 'two', backupId: 'old' } })).toBeNull();
});

test('another place drops what was found at the old one and keeps what was typed', () => {
  const typed = { kind: 'recovery' as const, recovery: 'ABCD', passphrase: '' };
  const before = { ...newWizard(), installs: [], chosen: { installId: 'a', backupId: 'b' }, secret: typed };
  expect(withPlace(before, s3({}))).toMatchObject({ installs: null, chosen: null, secret: typed });
});

test('a backup of the own list asks for neither place nor key, and back from it leaves', () => {
  const wizard = ownWizard({ backup: backup('b'), backups: [], s3: null });
  expect(toSource(wizard)).toEqual({ kind: 'here' });
  expect(secretOf(wizard)).toEqual({ kind: 'own' });
  expect(stepBefore(wizard)).toBeNull();
  expect(stepBefore({ ...wizard, own: null })).toBe('secret');
});

test('no step is left without what the next one needs', () => {
  const wizard = newWizard();
  expect(stepProblem(wizard)).not.toBeNull();
  expect(stepProblem({ ...wizard, step: 'install' })).not.toBeNull();
  expect(stepProblem({ ...wizard, step: 'secret' })).not.toBeNull();
  expect(stepProblem({ ...wizard, step: 'inside', parts: [] })).not.toBeNull();
  expect(stepProblem({ ...wizard, step: 'inside', opened: backup('b') })).toBeNull();
});

test('a backup of the own list that lies in S3 is fetched from there: no copy need be on this machine', () => {
  const there = backup('b', { place: 's3' });
  const bucket = {
    bucket: 'my-backups',
    region: 'us-west-2',
    profile: 'prod',
    endpoint: null,
    kmsKeyId: 'k',
  };
  expect(toSource(ownWizard({ backup: there, backups: [there], s3: bucket }))).toEqual({
    kind: 's3',
    bucket: 'my-backups',
    region: 'us-west-2',
    endpoint: null,
    access: { profile: 'prod' },
  });
});

describe('a backup that does not hold everything', () => {
  const at = (day: number) => `2026-11-${day}T10:00:00.000Z`;
  const opened = backup('2026-11-20', { createdAt: at(20), parts: ['chat_history', 'state'] });
  const backups = [
    opened,
    backup('2026-11-21', { createdAt: at(21) }),
    backup('2026-11-18', { createdAt: at(18), parts: ['aws_estate'], state: 'damaged' }),
    backup('2026-11-17', { createdAt: at(17), parts: ['aws_estate', 'state'] }),
    backup('2026-11-16', { createdAt: at(16) }),
  ];
  const wizard = { ...newWizard(), opened, installs: [{ installId: opened.installId, backups }] };

  test('takes what it lacks from the newest good one before it, never from a later or damaged one', () => {
    expect(wantedBackups(wizard)).toEqual([
      { backupId: '2026-11-20', parts: ['chat_history', 'state'] },
      { backupId: '2026-11-17', parts: ['aws_estate'] },
    ]);
  });

  test('asks for nothing that was not ticked, and goes to the other one alone when only that is wanted', () => {
    expect(wantedBackups({ ...wizard, parts: ['state'] })).toEqual([
      { backupId: '2026-11-20', parts: ['state'] },
    ]);
    expect(wantedBackups({ ...wizard, parts: ['aws_estate'] })).toEqual([
      { backupId: '2026-11-17', parts: ['aws_estate'] },
    ]);
  });

  test('does not promise a part that no backup holds', () => {
    const alone = { ...wizard, installs: [{ installId: opened.installId, backups: [opened] }] };
    expect(wantedParts(alone)).toEqual(['chat_history', 'state']);
    expect(stepProblem({ ...alone, step: 'inside', parts: ['aws_estate'] })).not.toBeNull();
  });
});
