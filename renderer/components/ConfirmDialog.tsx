import { Button, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Dialog } from './Dialog.tsx';
import { ErrorState } from './ErrorState.tsx';

interface Props {
  opened: boolean;
  title: string;
  /** What will happen, to what. */
  children: ReactNode;
  /** The act by its own name, never "OK". */
  confirmLabel: string;
  danger?: boolean;
  busy?: boolean;
  error?: Error | null;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks once before an act that is not undone by the same button. */
export function ConfirmDialog(props: Props) {
  const { title, children, confirmLabel, danger = false, busy = false, error } = props;
  if (!props.opened) return null;
  return (
    <Dialog onClose={props.onClose} title={title} size={440}>
      <Text component="div">{children}</Text>
      {error && <ErrorState error={error} />}
      <Group justify="flex-end" gap={8} mt={16}>
        <Button variant="default" onClick={props.onClose} data-autofocus>
          Cancel
        </Button>
        <Button {...(danger ? { color: 'red.9' } : {})} loading={busy} onClick={props.onConfirm}>
          {confirmLabel}
        </Button>
      </Group>
    </Dialog>
  );
}
