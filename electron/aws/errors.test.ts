import { expect, test } from 'vitest';
import { AppError } from '../errors.ts';
import { mapAwsError, toAppError } from './errors.ts';

const context = { call: 'ec2:DescribeInstances', region: 'us-west-2', profile: 'prod' };
const sdkError = (name: string, status?: number, message = name, attempts = 1) =>
  Object.assign(new Error(message), {
    name,
    $metadata: { ...(status && { httpStatusCode: status }), attempts, requestId: 'req-1' },
  });
const network = (code: string, attempts = 1) =>
  Object.assign(new Error(code), { code, $metadata: { attempts } });

test.each([
  ['ACCESS_DENIED', sdkError('UnauthorizedOperation', 403)],
  ['ACCESS_DENIED', sdkError('AccessDeniedException', 400)],
  ['ACCESS_DENIED', sdkError('Unknown', 403)],
  ['ACCESS_DENIED', htmlPage(403)],
  ['DENIED_BY_SCP', sdkError('AccessDenied', 403, 'x with an explicit deny in a service control policy')],
  ['CREDENTIALS_EXPIRED', sdkError('ExpiredToken', 403)],
  ['CREDENTIALS_EXPIRED', sdkError('ExpiredTokenException', 400)],
  ['CREDENTIALS_EXPIRED', sdkError('RequestExpired', 400)],
  ['CREDENTIALS_MISSING', sdkError('InvalidClientTokenId', 403)],
  ['CREDENTIALS_MISSING', sdkError('AuthFailure', 401)],
  ['CREDENTIALS_MISSING', sdkError('CredentialsProviderError')],
  ['REGION_DISABLED', sdkError('OptInRequired', 403)],
  ['THROTTLED', sdkError('RequestLimitExceeded', 503)],
  ['THROTTLED', sdkError('ThrottlingException', 400)],
  ['THROTTLED', sdkError('SlowDown', 503)],
  ['THROTTLED', sdkError('Whatever', 429)],
  ['UNSUPPORTED', htmlPage(500)],
  ['UNSUPPORTED', sdkError('Error', 404, "XML parse error: 'html' <html>")],
  ['NETWORK', network('ENOTFOUND')],
  ['NETWORK', network('ECONNRESET')],
  ['NETWORK', sdkError('TimeoutError')],
  ['CANCELLED', sdkError('AbortError')],
  ['AWS_FAILED', sdkError('InternalError', 500)],
  ['AWS_FAILED', sdkError('IncorrectInstanceState', 400)],
])('%s is what AWS means by %o', (code, error) => {
  expect(mapAwsError(error, context).code).toBe(code);
});

test.each(['AuthFailure', 'InvalidClientTokenId', 'UnrecognizedClientException'])(
  '%s in a region that must be switched on means it is not; elsewhere the keys are wrong',
  (name) => {
    const error = sdkError(name, 401);
    expect(mapAwsError(error, { ...context, region: 'af-south-1' }).code).toBe('REGION_DISABLED');
    expect(mapAwsError(error, { ...context, region: 'eu-west-1' }).code).toBe('CREDENTIALS_MISSING');
  },
);

test.each([
  [false, network('ECONNREFUSED')],
  [true, network('ECONNREFUSED', 2)],
  [true, network('ECONNRESET')],
  [true, sdkError('TimeoutError')],
  [true, sdkError('InternalError', 500)],
  [true, sdkError('AbortError')],
  [false, sdkError('IncorrectInstanceState', 400)],
  [true, sdkError('IncorrectInstanceState', 400, 'x', 2)],
  [false, sdkError('UnauthorizedOperation', 403)],
  [false, sdkError('Throttling', 400)],
])('outcome unknown: %s for %o', (unknown, error) => {
  expect(mapAwsError(error, context).outcomeUnknown).toBe(unknown);
});

test('the words say what was denied where and to whom, and AWS’s text cannot disguise itself', () => {
  const text = `User\u202E is not\n\nauthorized\u0007 ${'x'.repeat(2_000)}`;
  const { message, awsCode, requestId } = mapAwsError(sdkError('UnauthorizedOperation', 403, text), context);
  expect(message).toContain('ec2:DescribeInstances in us-west-2 is denied for profile prod.');
  expect(message).toContain('AWS says: User is not authorized xxx');
  expect(/\p{C}/u.test(message)).toBe(false);
  expect(message.length).toBeLessThan(700);
  expect([awsCode, requestId]).toEqual(['UnauthorizedOperation', 'req-1']);
});

test('an error that has its words already keeps them', () => {
  const error = new AppError('PROFILE_BROKEN', 'Mend it.');
  expect(toAppError(error, context)).toBe(error);
  expect(mapAwsError(error, context)).toMatchObject({ code: 'PROFILE_BROKEN', message: 'Mend it.' });
});

test.each([null, undefined, 'text', 7, {}])('%j as an error is a failure, not a crash', (thrown) => {
  expect(mapAwsError(thrown, context).code).toBe('AWS_FAILED');
});

/** What the SDK throws when JSON was expected and a page came; it carries the status. */
function htmlPage(status: number): Error {
  const error = new SyntaxError('Unexpected token \'<\', "<!doctype "... is not valid JSON');
  return Object.assign(error, { $metadata: { httpStatusCode: status } });
}
