import { Tooltip } from '@mantine/core';
import { age, ago, exactTime } from '../state/format.ts';
import { useTicking } from '../state/time.ts';

interface Props {
  /** null = never. */
  iso: string | null;
  never?: string;
  /** Under a heading that says that it is an age: without the "ago". */
  short?: boolean;
}

/** How long ago, ticking; the exact time on hover. */
export function Age({ iso, never = 'never', short = false }: Props) {
  const words = useTicking((now) => (iso === null ? never : (short ? age : ago)(iso, now)));
  if (iso === null) return <span className="soft">{words}</span>;
  return (
    <Tooltip label={exactTime(iso)}>
      <time className="num" dateTime={iso} data-uncut="age">
        {words}
      </time>
    </Tooltip>
  );
}
