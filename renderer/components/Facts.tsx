import type { ReactNode } from 'react';
import classes from './Facts.module.css';

export interface Fact {
  label: string;
  value: ReactNode;
}

/** Labels and values in two columns. */
export function Facts({ facts }: { facts: Fact[] }) {
  return (
    <dl className={classes.root}>
      {facts.map(({ label, value }) => (
        <div key={label} className={classes.line}>
          <dt className={classes.label}>{label}</dt>
          <dd className={classes.value}>
            {value === '' || value === null ? <span className="soft">–</span> : value}
          </dd>
        </div>
      ))}
    </dl>
  );
}
