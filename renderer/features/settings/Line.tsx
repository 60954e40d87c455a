import type { ReactNode } from 'react';
import classes from './settings.module.css';

interface Props {
  label: ReactNode;
  hint?: ReactNode;
  children: ReactNode;
}

/** One setting: what it is at the left, where it is changed at the right. */
export function Line({ label, hint, children }: Props) {
  return (
    <div className={classes.line}>
      <div className={classes.lineText}>
        <div>{label}</div>
        {hint && <div className={classes.hint}>{hint}</div>}
      </div>
      <div className={classes.lineActs}>{children}</div>
    </div>
  );
}
