import { Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { wholeAt } from '../../preload/contract/text.ts';
import classes from './Id.module.css';
import { idTail } from './idTail.ts';
import { visible } from './plan/words.ts';

interface Props {
  value: string;
  /** At most so many characters wide; less where there is less room. The middle goes first. */
  max?: number;
  /** Shows all of it, on several lines if need be. */
  whole?: boolean;
  /** In a row that is moved through by arrow keys: Tab does not stop at each of them. */
  inRow?: boolean;
}

/** Characters at the end that are never cut: they tell ids apart. */
const TAIL = 8;
/** An id of EC2 is so long; wherever ids stand below each other there is room for one. */
const UNCUT = 21;

/** An id, ARN or path in mono: both ends seen, the whole on hover, copied by a click. */
export function Id({ value, max, whole = false, inRow = false }: Props) {
  const clipboard = useClipboard({ timeout: 1_500 });
  const shown = visible(value);
  const short = idTail(shown);
  const tail = wholeAt(short, Math.max(0, short.length - TAIL));
  return (
    <Tooltip label={clipboard.copied ? 'Copied' : `${shown} · click to copy`} multiline maw={480}>
      <button
        type="button"
        className={classes.root}
        data-whole={whole || undefined}
        data-uncut={!whole && short.length <= UNCUT ? 'id' : undefined}
        aria-label={short === shown || whole ? undefined : shown}
        {...(inRow ? { tabIndex: -1 } : {})}
        {...(max ? { style: { maxWidth: `${max}ch` } } : {})}
        onClick={(event) => {
          event.stopPropagation();
          clipboard.copy(value);
        }}
      >
        {whole ? (
          shown
        ) : (
          <>
            <span className={classes.start}>{short.slice(0, tail)}</span>
            <span>{short.slice(tail)}</span>
          </>
        )}
      </button>
    </Tooltip>
  );
}
