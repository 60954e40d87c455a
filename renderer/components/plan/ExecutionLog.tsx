import { useEffect, useRef, useState } from 'react';
import { clockTime, plural } from '../../state/format.ts';
import { ErrorState } from '../ErrorState.tsx';
import classes from './plan.module.css';
import { useExecutionLog } from './useExecutionLog.ts';
import { visible } from './words.ts';

interface Props {
  executionId: string;
  /** How many lines there are now. */
  logLines: number;
  /** Only the last so many; null = the whole log from its first line, a page at a time. */
  tail: number | null;
}

/** What a run wrote, in order. While it is read at its end it follows; else it stays where it is read. */
export function ExecutionLog({ executionId, logLines, tail }: Props) {
  const [first] = useState(() => (tail === null ? 0 : Math.max(0, logLines - tail)));
  const log = useExecutionLog(executionId, first);
  const box = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const lines = log.data?.lines ?? [];
  const shown = tail === null ? lines : lines.slice(-tail);

  useEffect(() => {
    if (tail !== null && follows.current && shown.length > 0)
      box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [tail, shown.length]);

  if (log.error) return <ErrorState error={log.error} onRetry={() => void log.refetch()} />;
  return (
    <div
      className={classes.log}
      ref={box}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
      tabIndex={0}
      role="log"
      aria-label="Log"
      data-tail={tail !== null && tail <= 10 ? tail : undefined}
      onScroll={(event) => {
        const node = event.currentTarget;
        follows.current = node.scrollHeight - node.clientHeight - node.scrollTop < 8;
      }}
    >
      {log.data && shown.length === 0 && <span className="soft">No lines yet.</span>}
      {shown.map((line, index) => (
        <div
          key={`${first + lines.length - shown.length + index}`}
          className={classes.logLine}
          data-level={line.level}
        >
          <span className="soft">{clockTime(line.at)}</span>
          <span>{visible(line.text)}</span>
        </div>
      ))}
      {log.left > 0 && (
        <button
          type="button"
          className="link-button"
          disabled={log.isFetching}
          onClick={() => void log.refetch()}
        >
          show {plural(log.left, 'more line')}
        </button>
      )}
    </div>
  );
}
