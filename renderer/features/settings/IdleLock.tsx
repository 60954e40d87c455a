import { Button, SegmentedControl } from '@mantine/core';
import type { Settings } from '../../../preload/contract/models.ts';
import { cacheSync } from '../../api/cacheSync.ts';
import { useAction } from '../../api/queries.ts';
import { usePatchSettings, useSettings } from '../../api/useSettings.ts';
import { notifyError } from '../../state/toasts.ts';
import { Line } from './Line.tsx';

const CHOICES: readonly { minutes: Settings['idleLockMinutes']; label: string }[] = [
  { minutes: 0, label: 'Off' },
  { minutes: 5, label: '5 min' },
  { minutes: 15, label: '15 min' },
  { minutes: 60, label: '60 min' },
];

/** When the keys leave memory by themselves, and the button that does it now. */
export function IdleLock() {
  const { idleLockMinutes } = useSettings();
  const patch = usePatchSettings();
  const lock = useAction('key.lock', (status) => cacheSync.setStatus(status));
  return (
    <>
      <Line
        label="Lock when idle"
        hint="After so long without input, and when the machine sleeps. Off also ignores sleep. What runs in AWS goes on."
      >
        <SegmentedControl
          aria-label="Lock when idle"
          data={CHOICES.map(({ minutes, label }) => ({ value: String(minutes), label }))}
          value={String(idleLockMinutes)}
          onChange={(value) => {
            const choice = CHOICES.find(({ minutes }) => String(minutes) === value);
            if (choice) void patch({ idleLockMinutes: choice.minutes }).catch(notifyError);
          }}
        />
      </Line>
      <Line label="Lock now" hint="The keys leave memory and the screens go blank until you unlock.">
        <Button
          variant="default"
          loading={lock.isPending}
          onClick={() => lock.mutate({}, { onError: notifyError })}
        >
          Lock now
        </Button>
      </Line>
    </>
  );
}
