import { visibleLines } from '../../../components/plan/words.ts';
import { StateShape } from '../../../components/StateLabel.tsx';
import classes from '../chat.module.css';

/** A failure in words. Not an alert by itself: history is full of old ones. */
export function ErrorText({ text }: { text: string }) {
  return (
    <div className={classes.error}>
      <StateShape tone="failed" />
      <p className={classes.text}>{visibleLines(text)}</p>
    </div>
  );
}
