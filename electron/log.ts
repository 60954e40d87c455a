import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

/** Keys whose values never reach a log, however deep a careless caller puts them. */
const SECRET_KEYS = [
  'accessKeyId',
  'secretAccessKey',
  'sessionToken',
  'credentials',
  'masterKey',
  'apiKey',
  'token',
  'password',
  'authorization',
];

/**
 * Structured lines on standard error, never in a file: what the user's estate holds must not become readable
 * on disk. Services log codes, counts and times; not names, ARNs or messages from AWS.
 */
export function createLog(level: string, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[redacted]' },
    serializers: {
      // An SDK error carries the whole request, headers included: keep its name, code and stack only.
      err: (error: unknown) =>
        error instanceof Error
          ? {
              name: error.name,
              code: 'code' in error ? String(error.code) : undefined,
              stack: stackOnly(error),
            }
          : { name: typeof error },
    },
  };
  return pino(options, destination ?? pino.destination({ fd: 2, sync: true }));
}

/** The frames without the message, which may quote a name or an ARN. */
function stackOnly(error: Error): string {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => line.trimStart().startsWith('at '))
    .slice(0, 12)
    .join('\n');
}
