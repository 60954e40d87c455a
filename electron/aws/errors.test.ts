import { expect, test } from 'vitest';
import { AppError } from '../errors.ts';
import { mapAwsError, signedWith, toAppError } from './errors.ts';

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

test.each(['AuthFailure', 'InvalidClientTokenId'])(
  '%s for session keys out of a file in such a region may mean the global STS endpoint; the app’s own sessions come from regional ones',
  (name) => {
    const at = { ...context, region: 'af-south-1' };
    const given = mapAwsError(signedWith(sdkError(name, 401), { sessionToken: 't' }), at);
    expect(given).toMatchObject({
      code: 'CREDENTIALS_MISSING',
      message: expect.stringMatching(/global STS endpoint.*regional/),
    });
    const own = signedWith(sdkError(name, 401), { sessionToken: 't', expiration: new Date() });
    expect(mapAwsError(own, at).code).toBe('REGION_DISABLED');
    expect(mapAwsError(signedWith(sdkError(name, 401), {}), at).code).toBe('REGION_DISABLED');
  },
);

const OPENSSL =
  'write EPROTO 4017:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:ssl/record';
test.each([
  ['EPROTO', true],
  ['ERR_SSL_WRONG_VERSION_NUMBER', false],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', false],
  ['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', true],
  ['SELF_SIGNED_CERT_IN_CHAIN', false],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', false],
  ['CERT_HAS_EXPIRED', false],
  ['ERR_TLS_CERT_ALTNAME_INVALID', false],
  ['ECONNRESET', true],
  ['ENOTFOUND', false],
])(
  '%s is the network, never AWS’s words, and says “did not reach” only when nothing was sent',
  (code, unknown) => {
    const error = Object.assign(new Error(OPENSSL), { code, $metadata: { attempts: 1 } });
    const mapped = mapAwsError(error, context);
    expect(mapped).toMatchObject({ code: 'NETWORK', outcomeUnknown: unknown });
    expect(mapped.message).not.toMatch(/AWS says|SSL routines/);
    expect(/did not reach AWS|was not sent/.test(mapped.message)).toBe(!unknown);
    const again = Object.assign(new Error(OPENSSL), { code, $metadata: { attempts: 2 } });
    expect(mapAwsError(again, context).message).not.toMatch(/did not reach|was not sent/);
  },
);

test.each([
  ['us-esat-1', true],
  ['cn-nroth-1', true],
  ['us-east-1', false],
  ['us-gov-west-1', false],
])('of %s without a host the region itself is named as the cause: %s', (region, named) => {
  const { message } = mapAwsError(network('ENOTFOUND'), { ...context, region });
  expect(message.includes(`no address is known for the region ${region}`)).toBe(named);
});

test('what this machine itself says is not put into AWS’s mouth', () => {
  expect(mapAwsError(new TypeError('x is undefined'), context).message).not.toContain('AWS says');
});

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
