import { type ReactNode, useEffect, useRef } from 'react';
import classes from './connect.module.css';

/**
 * The sentence above a step. When the button that led here is gone, keys go on from this sentence, not from the top
 * of the page.
 */
export function StepIntro({ children }: { children: ReactNode }) {
  const text = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (document.activeElement === document.body) text.current?.focus();
  }, []);
  return (
    <p className={classes.intro} ref={text} tabIndex={-1}>
      {children}
    </p>
  );
}
