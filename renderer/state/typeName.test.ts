import { expect, test } from 'vitest';
import { typeName } from './format.ts';

test('DocumentDB and Neptune answer as RDS does, and are not called RDS', () => {
  expect(
    ['postgres', undefined, 'docdb', 'neptune'].map((engine) => typeName('rds_instance', engine)),
  ).toEqual(['RDS instance', 'RDS instance', 'DocumentDB instance', 'Neptune instance']);
  expect(typeName('s3_bucket', 'docdb')).toBe('S3 bucket');
});
