import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { AppError, nodeErrorCode } from '../errors.ts';

/** How this machine reaches AWS, as the AWS CLI reads it from the environment. */
export interface Network {
  /** HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in either case, as Node's agents take them. */
  proxyEnv: Record<string, string>;
  /** PEM of AWS_CA_BUNDLE: the only authorities trusted then, as the CLI does it. Null = the usual ones. */
  ca: string | null;
}

export const DIRECT: Network = { proxyEnv: {}, ca: null };

const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY'];

/** Throws INVALID_INPUT that names the variable: a proxy passed over in silence would send past it. */
export function readNetwork(env: NodeJS.ProcessEnv): Network {
  const proxyEnv: Record<string, string> = {};
  for (const name of [...PROXIES, 'NO_PROXY']) {
    // The lower case wins, as with curl and the CLI.
    const value = env[name.toLowerCase()] || env[name];
    if (!value) continue;
    if (PROXIES.includes(name)) requireProxy(name, value);
    proxyEnv[name] = value;
  }
  return { proxyEnv, ca: env.AWS_CA_BUNDLE ? readBundle(env.AWS_CA_BUNDLE) : null };
}

/** Sockets kept open; `maxSockets` to each host. */
export function agentsOf(
  { proxyEnv, ca }: Network,
  maxSockets: number,
): { httpAgent: HttpAgent; httpsAgent: HttpsAgent } {
  const options = { keepAlive: true, maxSockets, proxyEnv };
  return {
    httpAgent: new HttpAgent(options),
    httpsAgent: new HttpsAgent({ ...options, ...(ca !== null && { ca }) }),
  };
}

/** The value is not repeated: it may hold a password. */
function requireProxy(name: string, value: string): void {
  const protocol = URL.canParse(value) ? new URL(value).protocol : null;
  if (protocol === 'http:' || protocol === 'https:') return;
  throw new AppError(
    'INVALID_INPUT',
    `${name} does not name a proxy that CloudOps can use: http://host:port or https://host:port is needed. Correct it or unset it.`,
  );
}

function readBundle(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const code = nodeErrorCode(cause) ?? 'unreadable';
    throw new AppError(
      'INVALID_INPUT',
      `AWS_CA_BUNDLE names ${file}, which cannot be read (${code}). Correct it or unset it.`,
      { cause },
    );
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new AppError(
    'INVALID_INPUT',
    `AWS_CA_BUNDLE names ${file}, which holds no certificate in PEM. Correct it or unset it.`,
  );
}
