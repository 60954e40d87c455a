import type { ReactNode } from 'react';
import { PageTitle } from '../../components/PageTitle.tsx';
import classes from './onboarding.module.css';

interface Props {
  title: string;
  wide?: boolean;
  children: ReactNode;
}

/** A page before the frame: the product's name, one heading, one matter. */
export function CenteredPage({ title, wide = false, children }: Props) {
  return (
    <main className={classes.page}>
      <div className={classes.column} data-wide={wide || undefined}>
        <div className={classes.product}>CloudOps</div>
        <PageTitle className={classes.title} name={title} />
        {children}
      </div>
    </main>
  );
}
