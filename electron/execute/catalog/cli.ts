import { safeValue } from './words.ts';

/** Where and as whom a command runs, for its text. */
export interface CliPlace {
  region: string;
  profile: string;
}

/** `StopDBInstance` → `stop-db-instance`, as the AWS CLI derives its names. */
export function kebab(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();
}

/** A word as a POSIX shell takes it literally. */
export function shellWord(value: string): string {
  if (/^[A-Za-z0-9_/:=.,@%+-]+$/.test(value)) return value;
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

function option(name: string, value: unknown): string {
  const flag = kebab(name);
  if (typeof value === 'boolean') return value ? `--${flag}` : `--no-${flag}`;
  const values = Array.isArray(value) ? value : [value];
  return [`--${flag}`, ...values.map((item) => shellWord(safeValue(String(item))))].join(' ');
}

/** The AWS CLI text of exactly this call: derived from the parameters that are sent, so the two cannot differ. */
export function cliCommand(
  service: string,
  operation: string,
  parameters: Record<string, unknown>,
  place: CliPlace,
): string {
  const options = Object.entries(parameters).map(([name, value]) => option(name, value));
  const where = [option('region', place.region), option('profile', place.profile)];
  return ['aws', service, kebab(operation), ...options, ...where].join(' ');
}
