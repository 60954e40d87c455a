import { AppError } from '../errors.ts';
import { IniError, parseIni, type Section, shellWords } from './ini.ts';

export type { Section } from './ini.ts';

/** What the two files of `~/.aws` say. Holds secrets: never leaves electron/aws. */
export interface ProfileFiles {
  /** Every profile that has a header, also one that the AWS CLI passes over; by the name a person gave it. */
  profiles: Map<string, { section: Section; problem: string | null }>;
  /** `services` sections of the config file by name. */
  services: Map<string, Section>;
}

interface SourceFile {
  path: string;
  /** Null = there is no such file. */
  bytes: Buffer | null;
}

const ID = 'aws_access_key_id';
const KEY_OPTIONS = [ID, 'aws_secret_access_key', 'aws_session_token', 'aws_security_token'];

/** Both files as one, as the AWS CLI joins them. Throws PROFILE_BROKEN for a text that the CLI refuses. */
export function joinProfileFiles(config: SourceFile, credentials: SourceFile): ProfileFiles {
  const profiles: ProfileFiles['profiles'] = new Map();
  const services: ProfileFiles['services'] = new Map();
  for (const [header, section] of sectionsOf(config)) {
    const { kind, name, problem } = readHeader(header);
    if (kind === 'services') services.set(name, section);
    // Of two ways to write one profile the CLI takes the later, and any rather than one it passes over.
    if (kind === 'profile' && (problem === null || !profiles.has(name)))
      profiles.set(name, { section, problem });
  }
  for (const [header, section] of sectionsOf(credentials)) {
    const { name, problem } = readCredentialsHeader(header);
    const known = profiles.get(name);
    if (known && problem !== null) continue;
    profiles.set(name, { section: joined(known?.section, section), problem });
  }
  return { profiles, services };
}

/**
 * The credentials file wins option by option, but keys are taken from one file whole: the new key of one with
 * the old token of the other would be refused by AWS.
 */
function joined(config: Section | undefined, credentials: Section): Section {
  const section: Section = Object.assign(Object.create(null), config, credentials);
  const source = ID in credentials ? credentials : (config ?? {});
  if (!(ID in source)) return section;
  for (const option of KEY_OPTIONS) {
    const value = source[option];
    if (value === undefined) delete section[option];
    else section[option] = value;
  }
  return section;
}

function sectionsOf(file: SourceFile): Map<string, Section> {
  const text = textOf(file);
  try {
    const sections = parseIni(text);
    if (sections.has('__proto__')) throw broken(file.path, 'has a section named __proto__. Rename it.');
    return sections;
  } catch (error) {
    if (!(error instanceof IniError)) throw error;
    // The line's own text is not repeated: it may hold a key.
    throw broken(
      file.path,
      `cannot be used, and the AWS CLI refuses it too: in line ${error.line} ${error.message}. Correct that line, then try again.`,
      error,
    );
  }
}

function textOf({ path, bytes }: SourceFile): string {
  if (!bytes) return '';
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw broken(path, 'is not UTF-8 text. Save it as UTF-8 without a byte-order mark.', error);
  }
  if (!text.startsWith('\uFEFF') && !text.includes('\0')) return text;
  throw broken(path, 'starts with a byte-order mark or holds binary data. Save it as plain UTF-8.');
}

function broken(file: string, why: string, cause?: unknown): AppError {
  return new AppError('PROFILE_BROKEN', `${file} ${why}`, { cause, details: { file } });
}

interface Header {
  kind: 'profile' | 'services' | 'other';
  name: string;
  /** Why the AWS CLI passes the section over. */
  problem: string | null;
}

function readHeader(header: string): Header {
  if (header === 'default') return { kind: 'profile', name: 'default', problem: null };
  const kind = /^(profile|sso-session|services)/.exec(header)?.[1];
  const words = kind ? shellWords(header) : null;
  const [, name] = words ?? [];
  if (kind && words?.length === 2 && name !== undefined) {
    return { kind: kind === 'profile' || kind === 'services' ? kind : 'other', name, problem: null };
  }
  if (kind === 'sso-session' || kind === 'services') return { kind: 'other', name: header, problem: null };
  const meant = /^profile\s+(.+)$/.exec(header)?.[1]?.trim();
  if (meant === undefined) {
    const problem = `In the config file this section must be written [profile ${quoted(header.trim())}].`;
    return { kind: 'profile', name: header.trim(), problem };
  }
  const problem = `The AWS CLI passes this section over: a name with blanks or quotes in it must stand in quotes. Rename the profile, or write [profile ${quoted(meant)}].`;
  return { kind: 'profile', name: meant, problem };
}

/** In the credentials file the text between the brackets is the name. */
function readCredentialsHeader(header: string): Pick<Header, 'name' | 'problem'> {
  const words = /^profile\s/.test(header) ? shellWords(header) : null;
  const [, name] = words ?? [];
  if (words?.length !== 2 || name === undefined) return { name: header, problem: null };
  return { name, problem: `In the credentials file this section must be written [${name}].` };
}

function quoted(name: string): string {
  return /[\s'"\\]/.test(name) ? `"${name.replaceAll(/["\\]/g, '\\$&')}"` : name;
}
