import type { ReactNode } from 'react';
import type { ChatMessage } from '../../../preload/contract/models.ts';
import { clock } from '../../components/plan/words.ts';
import { exactTime } from '../../state/format.ts';
import { useNow } from '../../state/time.ts';
import classes from './chat.module.css';

const SPEAKER: Record<ChatMessage['role'], string> = { user: 'You', assistant: 'CloudOps', system: 'System' };

interface Props {
  speaker: ChatMessage['role'];
  timestamp: string;
  found?: boolean;
  children: ReactNode;
}

export function MessageFrame({ speaker, timestamp, found = false, children }: Props) {
  const now = useNow(60_000);
  return (
    <article
      className={classes.message}
      data-message={speaker}
      data-found={found || undefined}
      aria-label={SPEAKER[speaker]}
    >
      <header className={classes.speaker}>
        <strong>{SPEAKER[speaker]}</strong>
        <time className="num" dateTime={timestamp} title={exactTime(timestamp)}>
          {clock(timestamp, now)}
        </time>
      </header>
      <div className={classes.body}>{children}</div>
    </article>
  );
}
