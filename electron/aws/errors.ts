import type { ErrorCode } from '../../preload/contract/errors.ts';
import { AppError, nodeErrorCode } from '../errors.ts';
import { NotAwsAnswer } from './notAwsAnswer.ts';
import { isOptInRegion, knownRegions, partitionOfRegion } from './partitions.ts';
import { cleanText } from './text.ts';
import type { MappedAwsError } from './types.ts';

const GIVEN_SESSION = Symbol('given session');

/**
 * Notes with what the refused call was signed: a session out of a file may be of a kind that only some regions
 * take, one that the app opened itself (it knows its end) is not.
 */
export function signedWith(error: unknown, keys: { sessionToken?: string; expiration?: Date }): unknown {
  if (!keys.sessionToken || keys.expiration || typeof error !== 'object' || error === null) return error;
  return Object.assign(error, { [GIVEN_SESSION]: true });
}

/** What was tried, for the words. */
export interface AwsCallContext {
  /** In IAM's terms: `ec2:DescribeInstances`. */
  call: string;
  region: string;
  profile: string;
  /** What it was about: a resource's name, a role. */
  on?: string | undefined;
}

const EXPIRED = /^(ExpiredToken(Exception)?|RequestExpired|TokenRefreshRequired|IDPCommunicationError)$/;
const BAD_KEYS =
  /^(InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|SignatureDoesNotMatch|AuthFailure|InvalidToken(Id)?|IncompleteSignature|InvalidSignatureException|MissingAuthenticationToken(Exception)?)$/;
const DISABLED =
  /^(OptInRequired|SubscriptionRequiredException|RegionDisabledException|PendingVerification)$/;
const DENIED =
  /^(AccessDenied(Exception)?|UnauthorizedOperation|AuthorizationError(Exception)?|NotAuthorized|Forbidden|UnauthorizedAccess)$/;
const THROTTLED =
  /^(Throttl\w*|TooManyRequests\w*|RequestLimitExceeded|RequestThrottled\w*|SlowDown|BandwidthLimitExceeded|ProvisionedThroughputExceededException|PriorRequestNotComplete|EC2ThrottledException)$/;
const UNSUPPORTED = /^(UnsupportedOperation|InvalidAction|UnknownOperationException|NotImplemented)$/;
/** The connection was never made, so that nothing was sent. */
const NOT_REACHED = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  // The proxy did not let the connection through.
  'ERR_PROXY_TUNNEL',
]);
/** The TLS session was never agreed on, so that nothing was sent. */
const TLS_REFUSED =
  /^(CERT_\w+|\w*SELF_SIGNED_CERT\w*|UNABLE_TO_(VERIFY|GET|DECRYPT|DECODE)_\w+|\w*CERTIFICATE_VERIFY_FAILED|HOSTNAME_MISMATCH|ERR_TLS_CERT_ALTNAME_INVALID|INVALID_CA|ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_(UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|\w*ALERT_(HANDSHAKE_FAILURE|PROTOCOL_VERSION|UNKNOWN_CA|ACCESS_DENIED)))$/;
/** Nobody this machine trusts has vouched for what answered: mostly a company's proxy that opens connections. */
const UNTRUSTED = /SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|CERT_UNTRUSTED|VERIFY_FAILED|INVALID_CA/;
const TLS = /^(ERR_SSL_|ERR_TLS_|EPROTO$|ERR_PROXY_)/;
const CUT = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED', 'ERR_SOCKET_CONNECTION_TIMEOUT']);

interface Seen {
  name: string;
  text: string;
  status: number | undefined;
  network: string | undefined;
  requestId: string | null;
  attempts: number;
  /** Signed with a session's keys out of a file, of which nobody knows where they were made. */
  session: boolean;
}

/** An SDK error in the contract's terms: by HTTP status first, then by AWS's code. */
export function mapAwsError(error: unknown, context: AwsCallContext): MappedAwsError {
  const seen = look(error);
  const base = { awsCode: cleanText(seen.name, 80), requestId: seen.requestId };
  if (error instanceof AppError) {
    return { ...base, code: error.code, message: error.message, outcomeUnknown: false };
  }
  if (error instanceof NotAwsAnswer) {
    return { ...base, code: 'AWS_FAILED', message: notAws(error, context), outcomeUnknown: true };
  }
  const code = classify(seen, context.region);
  return { ...base, code, message: words(code, seen, context), outcomeUnknown: isOutcomeUnknown(code, seen) };
}

/** The same as something to throw; an AppError passes unchanged. */
export function toAppError(error: unknown, context: AwsCallContext): AppError {
  if (error instanceof AppError) return error;
  const mapped = mapAwsError(error, context);
  return new AppError(mapped.code, mapped.message, {
    cause: error,
    details: {
      awsCode: mapped.awsCode,
      ...(mapped.requestId && { requestId: cleanText(mapped.requestId, 100) }),
    },
  });
}

/** True for the SDK's own end of an aborted call. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || nodeErrorCode(error) === 'ABORT_ERR');
}

/** True when AWS refused the keys themselves: others may be there by now. */
export function isRefusedSession(error: unknown): boolean {
  const { name } = look(error);
  return EXPIRED.test(name) || BAD_KEYS.test(name);
}

/** AWS's code, or the error's name: for collectors that treat "not there" as an answer. */
export function awsErrorName(error: unknown): string {
  return look(error).name;
}

function look(error: unknown): Seen {
  const source = (typeof error === 'object' && error !== null ? error : {}) as Record<
    string | symbol,
    unknown
  >;
  const metadata = (source.$metadata ?? {}) as Record<string, unknown>;
  const string = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const number = (value: unknown) => (typeof value === 'number' ? value : undefined);
  const cause = source.cause;
  return {
    name: string(source.name) ?? string(source.Code) ?? 'Error',
    text: cleanText(string(source.message) ?? '', 400),
    status: number(metadata.httpStatusCode),
    network: nodeErrorCode(error) ?? nodeErrorCode(cause),
    requestId: string(metadata.requestId) ?? null,
    attempts: number(metadata.attempts) ?? 1,
    session: source[GIVEN_SESSION] === true,
  };
}

function classify(seen: Seen, region: string): ErrorCode {
  const { name, text, status, network } = seen;
  if (name === 'AbortError' || network === 'ABORT_ERR') return 'CANCELLED';
  if (THROTTLED.test(name) || status === 429) return 'THROTTLED';
  if (EXPIRED.test(name) || /security token.*expired/i.test(text)) return 'CREDENTIALS_EXPIRED';
  if (DISABLED.test(name)) return 'REGION_DISABLED';
  if (BAD_KEYS.test(name)) {
    return isOptInRegion(region) && !seen.session ? 'REGION_DISABLED' : 'CREDENTIALS_MISSING';
  }
  if (status === 403 || DENIED.test(name)) {
    return /explicit deny in a service control policy/i.test(text) ? 'DENIED_BY_SCP' : 'ACCESS_DENIED';
  }
  if (isUnreadable(seen) || UNSUPPORTED.test(name)) return 'UNSUPPORTED';
  if (status === undefined) {
    if (name === 'CredentialsProviderError') return 'CREDENTIALS_MISSING';
    if (
      name === 'TimeoutError' ||
      (network && (isNotReached(network) || CUT.has(network) || TLS.test(network)))
    )
      return 'NETWORK';
    if (/socket hang up|network|timed? ?out/i.test(text)) return 'NETWORK';
  }
  if (name === 'TimeoutError' || (network && CUT.has(network))) return 'NETWORK';
  if (status === 401) return 'CREDENTIALS_MISSING';
  return 'AWS_FAILED';
}

/** Node's code of a connection that never came about: nothing was sent over it. */
export function isNotReached(network: string): boolean {
  return NOT_REACHED.has(network) || TLS_REFUSED.test(network);
}

/** A body that is not the service's protocol: a proxy's page, or an emulator that lacks the call. */
function isUnreadable({ name, text }: Seen): boolean {
  if (name === 'SyntaxError') return true;
  return /XML parse error|Unexpected token '?<|Deserialization error/i.test(text);
}

/**
 * May AWS have carried it out? Yes after a cut or a server error, and whenever an earlier attempt is
 * behind a refusal: the first may have worked and made the second one fail.
 */
function isOutcomeUnknown(code: ErrorCode, seen: Seen): boolean {
  if (code === 'CANCELLED') return true;
  if (code === 'NETWORK') return seen.attempts > 1 || !(seen.network && isNotReached(seen.network));
  if (seen.status !== undefined && seen.status >= 500) return code !== 'THROTTLED';
  if (code === 'UNSUPPORTED') return seen.status === undefined || seen.status < 300;
  return code === 'AWS_FAILED' && seen.attempts > 1;
}

/** Nothing is known after it: what is stored stays, and a change that was sent may have been carried out. */
function notAws({ came }: NotAwsAnswer, context: AwsCallContext): string {
  return `What came back from ${whatOf(context)} is not AWS's answer: ${came}. A sign-in page, a gateway or a filter between here and AWS may have sent it. Sign in to the network or check the endpoint, then try again.`;
}

function whatOf({ call, region, on }: AwsCallContext): string {
  return `${call}${on ? ` on ${cleanText(on, 200)}` : ''} in ${region}`;
}

function words(code: ErrorCode, seen: Seen, context: AwsCallContext): string {
  const { call, region, profile } = context;
  const what = whatOf(context);
  // Without a status nobody has answered: the text is this machine's, such as OpenSSL's.
  const said = seen.text && seen.status !== undefined ? ` AWS says: ${seen.text.replace(/\.?$/, '.')}` : '';
  switch (code) {
    case 'ACCESS_DENIED':
      return `${what} is denied for profile ${profile}. Ask the account's administrator for ${call}.${said}`;
    case 'DENIED_BY_SCP':
      return `${what} is denied by a service control policy. Ask your organisation's administrator, or leave this region out.`;
    case 'CREDENTIALS_EXPIRED':
      return `The credentials of profile ${profile} have expired. Renew them, then try again.`;
    case 'CREDENTIALS_MISSING':
      if (seen.session && isOptInRegion(region) && BAD_KEYS.test(seen.name))
        return `${region} does not accept the session keys of profile ${profile} for ${call}. Sessions of the global STS endpoint hold only in regions that are always on: get them from a regional one (sts_regional_endpoints = regional). If they come from one, ${region} is not enabled for this account.${said}`;
      return `AWS does not accept the credentials of profile ${profile} for ${what}. Check its keys, and that the region is enabled for the account.${said}`;
    case 'REGION_DISABLED':
      return `${region} is not enabled for this account or service. Enable it in the account's settings, or leave it out.`;
    case 'THROTTLED':
      return `AWS limits how often ${what} may be called, and kept refusing. Try again in a few minutes.`;
    case 'NETWORK':
      return networkWords(what, seen, context);
    case 'UNSUPPORTED':
      return `The answer to ${what} could not be read${seen.status ? ` (HTTP ${seen.status})` : ''}: the service may not exist there, or something between here and AWS answered.`;
    case 'CANCELLED':
      return `${what} was cancelled.`;
    default:
      return `${what} failed with ${cleanText(seen.name, 80)}${seen.status ? ` (HTTP ${seen.status})` : ''}.${said}`;
  }
}

/** Says "did not reach AWS" only where that is sure. */
function networkWords(what: string, seen: Seen, { region, profile }: AwsCallContext): string {
  const { network } = seen;
  const code = network ? ` (${cleanText(network, 60)})` : '';
  const isUnknown = isOutcomeUnknown('NETWORK', seen);
  if (network && UNTRUSTED.test(network)) {
    return `${what} ${isUnknown ? 'got no answer from AWS' : 'was not sent'}: the certificate that answered is not one this machine trusts${code}. Something between here and AWS, such as your company's proxy, may open connections: name its authority's PEM file in AWS_CA_BUNDLE or in the profile's ca_bundle, then start CloudOps again.`;
  }
  if (isUnknown) {
    return `${what} got no answer from AWS${code}: the connection broke or stayed silent. Check the network, then try again.`;
  }
  if (network === 'ERR_PROXY_TUNNEL') {
    return `${what} did not reach AWS: the proxy of HTTPS_PROXY refused the connection. Check the proxy's address and what it allows, then try again.`;
  }
  if (network && TLS_REFUSED.test(network)) {
    return `${what} did not reach AWS: no secure connection came about${code}. Check the address, the proxy and this machine's clock, then try again.`;
  }
  // A region that is misspelt has no host; of those every account has, it is the network.
  if (network === 'ENOTFOUND' && !knownRegions(partitionOfRegion(region)).includes(region)) {
    return `${what} did not reach AWS: no address is known for the region ${cleanText(region, 40)}${code}. Check that it is spelt as AWS has it where profile ${profile} names it, and the network, then try again.`;
  }
  return `${what} did not reach AWS${code}. Check the network, then try again.`;
}
