import { describe, expect, it } from 'vitest';
import { touchesBackups } from './guard.ts';

const place = { bucket: 'my-backups', kmsKeyId: 'arn:aws:kms:us-east-1:111122223333:key/abcd-1234' };
const KEY = '3f2b8c1e-0000-4000-8000-000000000001/snapshots/state/state_2026-11-21T10-00-00.snapshot';
const asked = (service: string, operation: string, parameters: unknown) =>
  touchesBackups({ service, operation, parameters }, place);

describe('no command of the app may touch the backups', () => {
  it.each<[string, string, unknown]>([
    ['s3', 'DeleteObject', { Bucket: 'my-backups', Key: KEY }],
    ['S3', 'PutObject', { Bucket: 'my-backups', Key: KEY, Body: 'x' }],
    ['s3api', 'delete-object', { bucket: 'x', Bucket: 'my-backups', Key: KEY }],
    ['s3', 'DeleteObjects', { Bucket: 'my-backups', Delete: { Objects: [{ Key: 'other' }] } }],
    ['s3', 'DeleteBucket', { Bucket: 'my-backups' }],
    ['s3', 'PutBucketLifecycleConfiguration', { Bucket: 'my-backups', LifecycleConfiguration: {} }],
    ['s3', 'PutBucketVersioning', { Bucket: 'my-backups' }],
    ['s3', 'PutBucketPolicy', { Bucket: 'my-backups' }],
    ['s3', 'rm', { paths: ['s3://my-backups/3f2b'], recursive: 'true' }],
    ['s3', 'sync', { paths: ['./empty', 's3://my-backups'], delete: 'true' }],
    ['s3', 'CopyObject', { Bucket: 'arn:aws:s3:us-east-1:1:accesspoint/ap', Key: KEY }],
    ['s3', 'DeleteObject', { Bucket: 'ap-1234567890-s3alias', Key: KEY }],
    ['s3control', 'CreateJob', { Manifest: { Location: { ObjectArn: 'arn:aws:s3:::my-backups/list.csv' } } }],
    ['kms', 'ScheduleKeyDeletion', { KeyId: 'abcd-1234' }],
    ['kms', 'DisableKey', { KeyId: place.kmsKeyId }],
    ['kms', 'DeleteCustomKeyStore', { CustomKeyStoreId: 'cks-1' }],
    ['rds', 'StartExportTask', { Policy: '{"Resource":"arn:aws:s3:::my-backups/*"}' }],
    ['athena', 'StartQueryExecution', { ResultConfiguration: { OutputLocation: 's3://my-backups/x' } }],
  ])('refuses %s %s %j', (service, operation, parameters) => {
    expect(asked(service, operation, parameters)).toBe(true);
  });

  it.each<[string, string, unknown]>([
    ['s3', 'GetObject', { Bucket: 'my-backups', Key: KEY }],
    ['s3api', 'list-objects-v2', { Bucket: 'my-backups' }],
    ['s3', 'DeleteObject', { Bucket: 'another', Key: KEY }],
    ['s3', 'DeleteObject', { Bucket: 'my-backups-2', Key: KEY }],
    ['s3', 'PutObject', { Bucket: 'my-backups', Key: 'reports/november.csv' }],
    ['rds', 'StopDBInstance', { DBInstanceIdentifier: 'my-backups' }],
    ['kms', 'DisableKey', { KeyId: 'another' }],
    ['athena', 'StartQueryExecution', { ResultConfiguration: { OutputLocation: 's3://my-backups-2/x' } }],
  ])('lets pass %s %s %j', (service, operation, parameters) => {
    expect(asked(service, operation, parameters)).toBe(false);
  });

  it('refuses the end of any key while the backups name theirs by an alias', () => {
    const aliased = { bucket: 'my-backups', kmsKeyId: 'alias/backups' };
    const disable = (KeyId: string) =>
      touchesBackups({ service: 'kms', operation: 'DisableKey', parameters: { KeyId } }, aliased);
    expect(disable('abcd-1234')).toBe(true);
    const remove = (AliasName: string) =>
      touchesBackups({ service: 'kms', operation: 'DeleteAlias', parameters: { AliasName } }, aliased);
    expect(remove('alias/backups')).toBe(true);
    expect(remove('alias/other')).toBe(false);
  });

  it('has nothing to guard while no bucket is chosen', () => {
    const call = { service: 's3', operation: 'DeleteBucket', parameters: { Bucket: 'my-backups' } };
    expect(touchesBackups(call, null)).toBe(false);
  });
});
