import type { Profile } from '../../preload/contract/models.ts';
import type { ProfileFiles, Section } from './profileFiles.ts';
import { cleanText } from './text.ts';

/** What may leave the main side of a profile: an allow-list, field by field, so that no key ever can. */
export function describeProfile(name: string, files: ProfileFiles): Profile {
  const { section, problem } = files.profiles.get(name) ?? { section: {}, problem: null };
  const kind = problem ? 'incomplete' : kindOf(section);
  const reason = problem ?? whyNot(name, kind, section, files);
  return {
    name,
    kind,
    region: section.region ? cleanText(section.region, 40) : null,
    roleArn: section.role_arn ? cleanText(section.role_arn) : null,
    sourceProfile: section.source_profile ? cleanText(section.source_profile) : null,
    mfa: Boolean(section.mfa_serial),
    supported: reason === null,
    reason,
  };
}

/** In the order in which the AWS CLI looks, but keys before sign-ins: those cannot be made here yet. */
function kindOf(section: Section): Profile['kind'] {
  if (section.role_arn && !section.web_identity_token_file) {
    // The CLI refuses a role without its source, even beside keys: they are somebody else than the role.
    return Boolean(section.source_profile) !== Boolean(section.credential_source)
      ? 'assume_role'
      : 'incomplete';
  }
  if (section.aws_access_key_id && section.aws_secret_access_key) return 'static';
  if (section.web_identity_token_file && section.role_arn) return 'web_identity';
  if (section.credential_process) return 'process';
  if (section.sso_session || section.sso_start_url || section.sso_account_id) return 'sso';
  if (section.login_session) return 'login';
  return 'incomplete';
}

const USE_INSTEAD = 'Until then use a profile with access keys, or a role whose source_profile is one.';
const NOT_YET: Record<'sso' | 'process' | 'web_identity' | 'login', string> = {
  sso: `Signing in through IAM Identity Center is not possible in this app yet. ${USE_INSTEAD}`,
  process: `Running a credential_process is not possible in this app yet. ${USE_INSTEAD}`,
  web_identity: `Web identity tokens are not read by this app yet. ${USE_INSTEAD}`,
  login: `Sessions of "aws login" are not read by this app yet. ${USE_INSTEAD}`,
};

function whyNot(name: string, kind: Profile['kind'], section: Section, files: ProfileFiles): string | null {
  if (kind === 'static') return null;
  if (kind === 'incomplete') return whyIncomplete(section);
  if (kind === 'assume_role') return whyNotAssumable(name, section, files);
  return NOT_YET[kind];
}

function whyIncomplete(section: Section): string {
  if (section.role_arn && section.source_profile) {
    return 'It has both source_profile and credential_source. Remove one of them.';
  }
  if (section.role_arn) return 'It names a role but no source_profile with the keys to take it. Add one.';
  if (section.aws_access_key_id) return 'It has an aws_access_key_id but no aws_secret_access_key. Add it.';
  if (section.aws_secret_access_key)
    return 'It has an aws_secret_access_key but no aws_access_key_id. Add it.';
  return 'It has no credentials: no access key, no role and no sign-in.';
}

/** Follows source_profile to the keys; every hop must be one this app can take. */
function whyNotAssumable(name: string, start: Section, files: ProfileFiles): string | null {
  const visited = [name];
  let section = start;
  for (;;) {
    if (section.mfa_serial) {
      return `The role of "${cleanText(visited.at(-1) ?? name)}" asks for an MFA code, which this app cannot take yet. ${USE_INSTEAD}`;
    }
    if (section.credential_source) {
      return `Credentials of the machine itself (credential_source) are not read by this app yet. ${USE_INSTEAD}`;
    }
    const next = section.source_profile ?? '';
    const source = files.profiles.get(next);
    if (!source) return `Its source_profile "${cleanText(next)}" is in neither AWS file. Correct the name.`;
    // A profile may be its own source: its keys are then used to take its role.
    const kind = source.problem ? 'incomplete' : kindOf(source.section);
    if (!source.problem && staticKeys(source.section)) return null;
    if (visited.includes(next)) {
      return `Its roles refer to each other in a circle (${cleanText([...visited, next].join(' → '))}). Correct source_profile.`;
    }
    if (kind !== 'assume_role') {
      const why = source.problem ?? whyNot(next, kind, source.section, files) ?? '';
      return `Its source_profile "${cleanText(next)}" cannot be used: ${why}`;
    }
    visited.push(next);
    section = source.section;
  }
}

export interface StaticKeys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** The keys that stand in a section, else null. */
export function staticKeys(section: Section): StaticKeys | null {
  const { aws_access_key_id: accessKeyId, aws_secret_access_key: secretAccessKey } = section;
  if (!accessKeyId || !secretAccessKey) return null;
  // Either name of the token, in the order in which the AWS CLI looks.
  const sessionToken = section.aws_security_token ?? section.aws_session_token;
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}
