import { Tooltip } from '@mantine/core';
import type { BackupInfo } from '../../preload/contract/models.ts';
import { exactTime } from '../state/format.ts';
import type { Tone } from '../state/stateTone.ts';
import { StateLabel } from './StateLabel.tsx';

const STATES: Record<BackupInfo['state'], { tone: Tone; why: string }> = {
  verified: { tone: 'running', why: 'Read back whole after it was written.' },
  unverified: { tone: 'pending', why: 'Not read back yet. Prove it to be sure.' },
  damaged: { tone: 'failed', why: 'Something in it is missing or was changed. It is never restored.' },
  newer: { tone: 'unknown', why: 'Made by a newer CloudOps. Update this one to use it.' },
};

/** Whether a backup can be relied on, and why. */
export function BackupState({ backup }: { backup: Pick<BackupInfo, 'state' | 'provedAt'> }) {
  const { tone, why } = STATES[backup.state];
  const proved = backup.provedAt ? ` Last proved ${exactTime(backup.provedAt)}.` : '';
  return (
    <Tooltip label={`${why}${proved}`} multiline maw={320}>
      <span>
        <StateLabel state={backup.state} tone={tone} />
      </span>
    </Tooltip>
  );
}
