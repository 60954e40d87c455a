import { expect, test } from 'vitest';
import { idTail } from './idTail.ts';

test('ARNs and addresses are shown from their end, ids as they are', () => {
  expect(idTail('i-0123456789abcdef0')).toBe('i-0123456789abcdef0');
  expect(idTail('https://sqs.eu-west-1.amazonaws.com/123456789012/catalog-jobs')).toBe('…/catalog-jobs');
  expect(
    idTail('arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/0007e05aa6813cf9'),
  ).toBe('…/web/0007e05aa6813cf9');
  expect(idTail('arn:aws:lambda:eu-west-1:123456789012:function:resize')).toBe('…/resize');
  expect(idTail('arn:aws:s3:::my-bucket')).toBe('my-bucket');
  expect(idTail('/home/me/.cloudops/default')).toBe('/home/me/.cloudops/default');
});
