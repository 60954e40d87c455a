import { useEffect, useRef } from 'react';
import { useRequest } from '../api/queries.ts';

interface Props {
  /** Of the screen or step. */
  name: string;
  className?: string | undefined;
  /** Another number: the person came here once more. */
  visit?: number;
}

/**
 * The heading of a screen or step. When another one comes the focus goes to it, so that it is read and the next Tab
 * is the first thing in it; and the window is named after it.
 */
export function PageTitle({ name, className, visit = 0 }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const sample = useRequest('app.status', {}).data?.workspace.sample ?? false;
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
  }, [name, visit]);
  useEffect(() => {
    document.title = `${name} · CloudOps${sample ? ' (sample)' : ''}`;
  }, [name, sample]);
  return (
    <h1 ref={heading} className={className} tabIndex={-1}>
      {name}
    </h1>
  );
}
