import { Checkbox } from '@mantine/core';
import type { Profile } from '../../../preload/contract/models.ts';
import { visible } from '../plan/words.ts';
import classes from './connect.module.css';

const KINDS: Record<Profile['kind'], string> = {
  static: 'access key',
  assume_role: 'role',
  sso: 'SSO',
  process: 'credential process',
  web_identity: 'web identity',
  login: 'aws login',
  incomplete: 'incomplete',
};

interface Props {
  profile: Profile;
  connected: boolean;
  chosen: boolean;
  onToggle: (on: boolean) => void;
}

/** One profile to tick; one that cannot be used yet says why. */
export function ProfileRow({ profile, connected, chosen, onToggle }: Props) {
  const detail = profile.roleArn
    ? `${profile.roleArn}${profile.sourceProfile ? ` via ${profile.sourceProfile}` : ''}`
    : '';
  return (
    <div className={classes.row} data-off={!profile.supported || undefined}>
      <Checkbox
        className={classes.name}
        label={visible(profile.name)}
        checked={chosen || connected}
        disabled={!profile.supported || connected}
        onChange={(event) => onToggle(event.currentTarget.checked)}
      />
      <span className={classes.kind}>
        {KINDS[profile.kind]}
        {profile.mfa && ' + MFA'}
      </span>
      <span className={classes.kind}>{profile.region ?? 'no region'}</span>
      <span className={classes.detail} title={detail}>
        {connected ? 'connected' : visible(profile.reason ?? detail)}
      </span>
    </div>
  );
}
