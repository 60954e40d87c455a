import { gzipSync } from 'node:zlib';
import type { AwsCall } from './awsCall.ts';

/** Ways in which something else answers in AWS's place, with 200 where not said otherwise. */
export const FOREIGN_WAYS = [
  'nothing',
  'page',
  'otherRoot',
  'cut',
  'withoutMember',
  'redirect',
  'gzip',
] as const;
export type ForeignWay = (typeof FOREIGN_WAYS)[number];

const PAGE = '<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Wi-Fi</body></html>';
const JSON_SERVICES = ['dynamodb', 'lambda', 'sqs'];

/** What a portal, a gateway, a filter or a broken emulator sends for this call. */
export function foreignAnswer(
  call: AwsCall,
  way: ForeignWay,
): { status: number; headers: Record<string, string>; body: string | Buffer } {
  const isJson = JSON_SERVICES.includes(call.service);
  const headers = { 'content-type': isJson ? 'application/x-amz-json-1.0' : 'text/xml' };
  const root = call.service === 's3' ? 'ListAllMyBucketsResult' : `${call.operation}Response`;
  switch (way) {
    case 'nothing':
      return { status: 200, headers, body: '' };
    case 'page':
      return { status: 200, headers: { 'content-type': 'text/html' }, body: PAGE };
    case 'otherRoot':
      return { status: 200, headers, body: isJson ? '{"Streams":[]}' : '<DescribeTagsResponse/>' };
    case 'cut':
      return { status: 200, headers, body: isJson ? '{"TableNames":["' : `<${root}><reservationSet><item>` };
    case 'withoutMember':
      // An empty object is how SQS says that there are no queues: there it must be something else.
      return {
        status: 200,
        headers,
        body: isJson ? (call.service === 'sqs' ? 'null' : '{}') : `<${root}></${root}>`,
      };
    case 'redirect':
      return { status: 302, headers: { location: 'https://portal.example/login' }, body: '' };
    case 'gzip':
      return { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, body: gzipSync('<a/>') };
  }
}
