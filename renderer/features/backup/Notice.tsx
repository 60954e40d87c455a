import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './backup.module.css';

/** Something to be put right, said for as long as it is so, with what can be done about it. */
export function Notice({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className={classes.warning} role="status">
      <IconAlertTriangle size={16} stroke={1.75} aria-hidden="true" />
      <span className={classes.grow}>{children}</span>
      {action}
    </div>
  );
}
