import type { ReactNode } from 'react';
import type { ChatMessage } from '../../../preload/contract/models.ts';
import { clockTime, exactTime } from '../../state/format.ts';
import classes from './chat.module.css';

const SPEAKER: Record<ChatMessage['role'], string> = { user: 'You', assistant: 'CloudOps', system: 'System' };

interface Props {
  speaker: ChatMessage['role'];
  timestamp: string;
  children: ReactNode;
}

export function MessageFrame({ speaker, timestamp, children }: Props) {
  return (
    <article className={classes.message} data-message={speaker} aria-label={SPEAKER[speaker]}>
      <header className={classes.speaker}>
        <strong>{SPEAKER[speaker]}</strong>
        <time className="num" dateTime={timestamp} title={exactTime(timestamp)}>
          {clockTime(timestamp)}
        </time>
      </header>
      <div className={classes.body}>{children}</div>
    </article>
  );
}
