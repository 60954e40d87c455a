import { Tooltip } from '@mantine/core';
import { ago, exactTime } from '../state/format.ts';
import { useNow } from '../state/time.ts';

/** How long ago, ticking; the exact time on hover. `iso` null = never. */
export function Age({ iso, never = 'never' }: { iso: string | null; never?: string }) {
  const now = useNow(iso && Date.now() - Date.parse(iso) > 60_000 ? 10_000 : 1_000);
  if (iso === null) return <span className="soft">{never}</span>;
  return (
    <Tooltip label={exactTime(iso)}>
      <time className="num" dateTime={iso}>
        {ago(iso, now)}
      </time>
    </Tooltip>
  );
}
