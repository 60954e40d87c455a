import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { dismiss, useToasts } from '../state/toasts.ts';
import classes from './Toasts.module.css';

export function Toasts() {
  const { toasts } = useToasts();
  return (
    <div className={classes.root} role="status" aria-live="polite" data-notices>
      {toasts.map((toast) => (
        <div key={toast.id} className={classes.toast} data-tone={toast.tone}>
          <span className={classes.text}>{toast.text}</span>
          <ActionIcon
            size="sm"
            aria-label="Dismiss"
            onClick={() => {
              dismiss(toast.id);
              toast.onRead?.();
            }}
          >
            <IconX size={14} />
          </ActionIcon>
        </div>
      ))}
    </div>
  );
}
