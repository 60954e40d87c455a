import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import classes from './ErrorState.module.css';

interface Props {
  /** RequestError or any other: the words were written for the person. */
  error: Error;
  onRetry?: () => void;
}

/** A failure in its own words, with a way to try again. Fits a panel, a table and a form. */
export function ErrorState({ error, onRetry }: Props) {
  return (
    <div className={classes.root} role="alert">
      <IconAlertTriangle size={16} stroke={1.75} aria-hidden="true" />
      <span className={classes.text}>{error.message}</span>
      {onRetry && (
        <Button variant="default" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
