import { AppError, nodeErrorCode } from '../../../errors.ts';

/** Codes of a connection that broke or was never made: the server is restarting, or was killed under the call. */
const BROKEN = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_CLOSED']);

/** True when the call may not have reached a server. */
export function isConnectionLost(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (BROKEN.has(nodeErrorCode(cause) ?? '')) return true;
    // A body cut off in the middle has no code of its own.
    if (cause instanceof TypeError && cause.message === 'terminated') return true;
  }
  return false;
}

/** Codes of a server that was not reached at all, and of names that lead nowhere. */
const UNREACHABLE = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function codeOf(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = nodeErrorCode(cause);
    if (code !== undefined) return code;
  }
  return '';
}

/** Words for a certificate that was refused; null when it was something else. */
function tlsProblem(error: unknown): string | null {
  const code = codeOf(error);
  if (code === 'CERT_HAS_EXPIRED')
    return 'The certificate of the Qdrant server has expired. Nothing was sent.';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return 'The certificate of the Qdrant server is for another host. Check the address. Nothing was sent.';
  }
  if (/^(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_(VERIFY|GET)|CERT_)/.test(code)) {
    return 'The certificate of the Qdrant server is not trusted by this machine. Add its authority with NODE_EXTRA_CA_CERTS, or use a server with a public certificate. Nothing was sent.';
  }
  if (/^(EPROTO|ERR_SSL)/.test(code)) {
    return 'The Qdrant server does not speak TLS at this address. Check the address and its port.';
  }
  return null;
}

/** What a failed call of the client means to the user. The server's own words stay in `cause`. */
export function toAppError(cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  const { status, text } = answer(cause);
  if (/no space left|not enough (disk )?space|available disk space|os error (28|112)\b/i.test(text)) {
    return new AppError(
      'DISK_FULL',
      'The disk is full: the change was not saved. Free some space and try again.',
      {
        cause,
      },
    );
  }
  const code = status === 400 || status === 422 ? 'INVALID_INPUT' : 'ENGINE_FAILED';
  return new AppError(code, words(cause, status), {
    cause,
    ...(status !== undefined && { details: { status: String(status) } }),
  });
}

export function statusOf(error: unknown): number | undefined {
  return answer(error).status;
}

function words(cause: unknown, status: number | undefined): string {
  const tls = tlsProblem(cause);
  if (tls !== null) return tls;
  if (isConnectionLost(cause)) return 'The Qdrant engine cannot be reached.';
  if (UNREACHABLE.has(codeOf(cause))) {
    return 'The Qdrant server cannot be reached. Check its address, the network and any VPN.';
  }
  if (cause instanceof Error && cause.name === 'QdrantClientTimeoutError') {
    return 'The Qdrant engine did not answer in time.';
  }
  if (status === 401 || status === 403) return 'The Qdrant server refused the API key.';
  if (status === 429) return 'The Qdrant server is too busy. Try again in a moment.';
  return 'The Qdrant engine could not do what was asked.';
}

/** The client's ApiError is not exported: it is known by its shape. */
function answer(error: unknown): { status: number | undefined; text: string } {
  if (!(error instanceof Error)) return { status: undefined, text: '' };
  const status = 'status' in error && typeof error.status === 'number' ? error.status : undefined;
  const text = 'data' in error ? `${error.message} ${JSON.stringify(error.data)}` : error.message;
  return { status, text };
}
