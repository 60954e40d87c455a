import { Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { truncateMiddle } from '../state/format.ts';

interface Props {
  value: string;
  /** Characters shown; the middle goes first. */
  max?: number;
}

/** An id, ARN or path in mono: both ends seen, the whole on hover, copied by a click. */
export function Id({ value, max = 32 }: Props) {
  const clipboard = useClipboard({ timeout: 1_500 });
  return (
    <Tooltip label={clipboard.copied ? 'Copied' : `${value} · click to copy`} multiline maw={480} fz="xs">
      <button
        type="button"
        className="plain-button mono"
        style={{ overflowWrap: 'anywhere' }}
        aria-label={`Copy ${value}`}
        onClick={(event) => {
          event.stopPropagation();
          clipboard.copy(value);
        }}
      >
        {truncateMiddle(value, max)}
      </button>
    </Tooltip>
  );
}
