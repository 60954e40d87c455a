export type Tone = 'running' | 'stopped' | 'pending' | 'failed' | 'unknown';

const WORDS: Record<Exclude<Tone, 'unknown'>, string[]> = {
  running: [
    'running available active in-use attached associated completed ok healthy enabled succeeded done ready',
    'connected recorded approved verified issued in-service green',
  ],
  stopped: [
    'stopped terminated deleted inactive disabled cancelled canceled detached rejected expired unsupported',
    'region_disabled archived idle stopped_waiting',
  ],
  pending: [
    'pending starting stopping rebooting shutting-down creating modifying deleting updating provisioning',
    'backing-up maintenance renaming upgrading storage-optimization configuring-log-exports resetting',
    'configuring-enhanced-monitoring configuring-iam-database-auth moving-to-vpc initializing in-progress',
    'checking sending waiting cancelling restarting yellow proposed partial throttled attaching detaching',
    'converting-to-vpc delete-precheck storage-initialization storage-config-upgrade optimizing inaccessible-encryption-credentials-recoverable',
  ],
  failed: [
    'failed error denied denied_by_scp network impaired unhealthy storage-full refused',
    'restore-error insufficient-capacity inaccessible-encryption-credentials archiving_failed',
  ],
};

const TONES = new Map<string, Tone>(
  Object.entries(WORDS).flatMap(([tone, lines]) =>
    lines.flatMap((line) => line.split(' ').map((word) => [word, tone as Tone] as const)),
  ),
);

/** How a state word of any AWS service, or of this app, is to be seen. A word not known here is `unknown`. */
export function stateTone(state: string): Tone {
  const word = state.toLowerCase().replaceAll(' ', '-');
  const known = TONES.get(word);
  if (known) return known;
  if (word.startsWith('incompatible-') || word.endsWith('failed') || word.endsWith('-error')) return 'failed';
  if (word.endsWith('ing')) return 'pending';
  return 'unknown';
}
