import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import classes from './chat.module.css';
import { dropOutgoing } from './chatStore.ts';
import { MessageFrame } from './MessageFrame.tsx';
import { ErrorText } from './parts/ErrorText.tsx';
import { resend } from './sendMessage.ts';
import type { PendingView } from './thread.ts';

/** A message on its way, its answer still to come; or why it could not be sent. */
export function Pending({ view: { outgoing, stored } }: { view: PendingView }) {
  const client = useQueryClient();
  return (
    <>
      {!stored && (
        <MessageFrame speaker="user" timestamp={outgoing.sentAt}>
          <p className={classes.text}>{outgoing.text}</p>
        </MessageFrame>
      )}
      {outgoing.error === null ? (
        <p className={classes.working} role="status">
          Reading the estate
        </p>
      ) : (
        <div className={classes.failed} role="alert">
          <ErrorText text={outgoing.error} />
          <div className={classes.failedActions}>
            <Button variant="default" onClick={() => void resend(client, outgoing)}>
              Try again
            </Button>
            <Button variant="subtle" color="gray" onClick={() => dropOutgoing(outgoing.localId)}>
              Discard
            </Button>
          </div>
        </div>
      )}
    </>
  );
}
