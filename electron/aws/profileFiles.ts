import { readFile } from 'node:fs/promises';
import { loadSharedConfigFiles } from '@smithy/shared-ini-file-loader';
import { AppError, nodeErrorCode } from '../errors.ts';

export type Section = Record<string, string>;

/** What the two files of `~/.aws` say. Holds secrets: never leaves electron/aws. */
export interface ProfileFiles {
  /** Every profile that has a header, also one whose keys the SDK's parser drops; by the name a person gave it. */
  profiles: Map<string, { section: Section; problem: string | null }>;
  /** `services` sections of the config file by name. */
  services: Map<string, Section>;
}

/**
 * Reads both files afresh. A file that is not there is empty; one that cannot be read or understood is a
 * PROFILE_BROKEN, because the SDK's loader answers "no profiles" for both.
 */
export async function readProfileFiles(configFile: string, credentialsFile: string): Promise<ProfileFiles> {
  const [configText, credentialsText] = await Promise.all([readText(configFile), readText(credentialsFile)]);
  const parsed = await loadSharedConfigFiles({
    configFilepath: configFile,
    filepath: credentialsFile,
    ignoreCache: true,
  });

  const profiles: ProfileFiles['profiles'] = new Map();
  for (const { name, problem } of configHeaders(configText)) {
    profiles.set(name, { section: { ...parsed.configFile[name] } as Section, problem });
  }
  for (const { name, problem } of credentialsHeaders(credentialsText)) {
    const known = profiles.get(name);
    const section = { ...known?.section, ...parsed.credentialsFile[name] } as Section;
    profiles.set(name, { section, problem: known?.problem ?? problem });
  }
  const services = new Map<string, Section>();
  for (const [key, section] of Object.entries(parsed.configFile)) {
    if (key.startsWith('services.')) services.set(key.slice('services.'.length), section as Section);
  }
  return { profiles, services };
}

async function readText(file: string): Promise<string> {
  const broken = (why: string, cause?: unknown) =>
    new AppError('PROFILE_BROKEN', `${file} ${why}`, { cause, details: { file } });
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const code = nodeErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return '';
    if (code === 'EACCES' || code === 'EPERM') {
      throw broken('may not be read by this user. Change its permissions, then try again.', error);
    }
    if (code === 'EISDIR') throw broken('is a folder. It must be the AWS file itself.', error);
    throw broken(`could not be read (${code ?? 'unknown error'}).`, error);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw broken('is not UTF-8 text. Save it as UTF-8 without a byte-order mark.', error);
  }
  if (text.startsWith('\uFEFF') || text.includes('\0')) {
    throw broken('starts with a byte-order mark or holds binary data. Save it as plain UTF-8.');
  }
  if (headers(text).some((header) => /(^|\s)__proto__$/.test(header))) {
    throw broken('has a section named __proto__, for which the AWS SDK drops the whole file. Rename it.');
  }
  return text;
}

/** The text between the brackets of each section line, cut as the SDK's parser cuts it. */
function headers(text: string): string[] {
  const found: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const trimmed = (line.split(/(^|\s)[;#]/)[0] ?? '').trim();
    if (trimmed.startsWith('[') && trimmed.endsWith(']')) found.push(trimmed.slice(1, -1));
  }
  return found;
}

interface Header {
  name: string;
  problem: string | null;
}

const READABLE_NAME = /^[\w\-@+.%:/]+$/;
const UNREADABLE =
  'The AWS SDK cannot read this section: its name holds a space or an unusual sign. Rename the profile.';

function configHeaders(text: string): Header[] {
  return headers(text).flatMap((header): Header[] => {
    const trimmed = header.trim();
    if (trimmed === 'default') return [{ name: 'default', problem: header === trimmed ? null : UNREADABLE }];
    const match = /^profile(\s+)(["']?)(.+)\2$/.exec(trimmed);
    if (match) {
      const [, gap, , name = ''] = match;
      const readable = header === trimmed && gap?.length === 1 && READABLE_NAME.test(name);
      return [{ name, problem: readable ? null : UNREADABLE }];
    }
    if (/^(sso-session|services)\s/.test(trimmed)) return [];
    return [
      { name: trimmed, problem: `In the config file this section must be written [profile ${trimmed}].` },
    ];
  });
}

function credentialsHeaders(text: string): Header[] {
  return headers(text).map((header) => {
    const prefixed = /^profile\s+(["']?)(.+)\1$/.exec(header.trim());
    if (prefixed) {
      const name = prefixed[2] ?? '';
      return { name, problem: `In the credentials file this section must be written [${name}].` };
    }
    // The parser keeps the name as it stands, spaces included, unless it reads as "prefix name".
    const readable = !/^[\w-]+\s(["'])?[\w\-@+.%:/]+\1$/.test(header);
    return { name: header, problem: readable ? null : UNREADABLE };
  });
}
