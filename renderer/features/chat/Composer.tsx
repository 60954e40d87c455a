import { Button, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { isOnPage } from '../../state/focus.ts';
import { useKeys } from '../../state/keys.ts';
import { useNav } from '../../state/nav.ts';
import classes from './chat.module.css';
import { NEW, setDraft, useChat } from './chatStore.ts';
import { sendMessage } from './sendMessage.ts';

const MAX_LENGTH = 8_000;

/** The box: Enter sends, Shift+Enter breaks the line. One message at a time, so that answers stay in order. */
export function Composer({ conversationId }: { conversationId: string }) {
  const client = useQueryClient();
  const draft = useChat((state) => state.drafts[conversationId] ?? '');
  const busy = useChat(({ outgoing }) =>
    outgoing.some((item) => item.conversationId === conversationId && item.error === null),
  );
  const visit = useNav((state) => state.visit);
  const box = useRef<HTMLTextAreaElement>(null);
  const ready = draft.trim() !== '' && !busy;
  useEffect(() => {
    if (conversationId === NEW || isOnPage(document.activeElement)) box.current?.focus();
  }, [conversationId, visit]);
  useKeys({
    '/': () => {
      box.current?.focus();
      return true;
    },
  });

  const send = () => {
    if (!ready) return;
    setDraft(conversationId, '');
    void sendMessage(client, conversationId, draft.trim());
    box.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Out of the text, so that the keys of the app work again.
    if (event.key === 'Escape') box.current?.blur();
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };

  return (
    <div className={classes.composer}>
      <div className={classes.column}>
        <div className={classes.composerRow}>
          <Textarea
            ref={box}
            className={classes.box}
            aria-label="Message"
            placeholder="Ask about the estate, or say what to change"
            autosize
            minRows={1}
            maxRows={8}
            maxLength={MAX_LENGTH}
            value={draft}
            onChange={(event) => setDraft(conversationId, event.currentTarget.value)}
            onKeyDown={onKeyDown}
          />
          <Button className={classes.send} disabled={!ready} onClick={send}>
            Send
          </Button>
        </div>
        <p className={classes.hint}>
          Enter sends, Shift+Enter starts a new line. A change is shown as a plan first; nothing runs before
          you approve it.
        </p>
      </div>
    </div>
  );
}
