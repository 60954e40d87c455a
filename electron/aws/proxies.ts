import { AppError } from '../errors.ts';

type Environment = Record<string, string | undefined>;

export interface Destination {
  /** `https:` */
  protocol: string;
  hostname: string;
  port?: number | undefined;
}

/**
 * The proxy that the environment names for a call, as the AWS CLI (Python's urllib) reads it; null = straight.
 * Throws INVALID_INPUT that names the variable: a proxy passed over in silence would send past it. The value is
 * not repeated, since it may hold a password.
 */
export function proxyFor(env: Environment, to: Destination): string | null {
  const name = `${to.protocol.replace(':', '')}_proxy`.toLowerCase();
  const value = variable(env, name);
  if (!value || isExempt(variable(env, 'no_proxy') ?? '', to)) return null;
  const url = withScheme(value);
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed && /^https?:$/.test(parsed.protocol) && parsed.hostname) return parsed.href.replace(/\/$/, '');
  throw new AppError(
    'INVALID_INPUT',
    `${name.toUpperCase()} does not name a proxy that CloudOps can use: host:port, http://host:port or https://host:port is needed. Correct it or unset it, then start CloudOps again.`,
  );
}

/** The lower-case variable wins, also when it is empty: that is how one is switched off. */
function variable(env: Environment, name: string): string | undefined {
  if (env[name] !== undefined) return env[name].trim();
  const other = Object.keys(env).find((key) => key.toLowerCase() === name && env[key]);
  return other === undefined ? undefined : env[other]?.trim();
}

function withScheme(value: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return value;
  return value.startsWith('//') ? `http:${value}` : `http://${value}`;
}

/** `*` alone is all; a name exempts its subdomains too, with or without a dot or `*.` before it, and a port if it has one. */
function isExempt(list: string, { hostname, port }: Destination): boolean {
  if (list === '*') return true;
  const host = hostname.toLowerCase().replace(/^\[|\]$/g, '');
  const names = port === undefined ? [host] : [host, `${host}:${port}`, `[${host}]:${port}`];
  return list.split(',').some((entry) => {
    const name = entry
      .trim()
      .toLowerCase()
      .replace(/^\*?\.+/, '');
    return name !== '' && names.some((one) => one === name || one.endsWith(`.${name}`));
  });
}
