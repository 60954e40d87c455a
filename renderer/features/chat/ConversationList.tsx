import { ActionIcon, Button, TextInput, Tooltip } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Conversation } from '../../../preload/contract/models.ts';
import { useAction } from '../../api/queries.ts';
import { ConfirmDialog } from '../../components/ConfirmDialog.tsx';
import { RowSkeletons } from '../../components/Skeletons.tsx';
import { plural } from '../../state/format.ts';
import { useNow } from '../../state/time.ts';
import classes from './chat.module.css';
import { NEW, select, useChat } from './chatStore.ts';
import { byDay } from './days.ts';

const FIND_FROM = 9;

interface Props {
  /** null = not read yet. */
  conversations: Conversation[] | null;
  shown: string;
}

export function ConversationList({ conversations, shown }: Props) {
  const now = useNow(60_000);
  const [find, setFind] = useState('');
  const [deleting, setDeleting] = useState<Conversation | null>(null);
  const wanted = find.trim().toLowerCase();
  const found = (conversations ?? []).filter((item) => item.title.toLowerCase().includes(wanted));
  return (
    <nav className={classes.list} aria-label="Conversations">
      <div className={classes.listHead}>
        <Button
          variant="default"
          fullWidth
          leftSection={<IconPlus size={14} stroke={1.75} aria-hidden="true" />}
          aria-current={shown === NEW ? 'page' : undefined}
          onClick={() => select(NEW)}
        >
          New conversation
        </Button>
        {conversations && conversations.length >= FIND_FROM && (
          <TextInput
            aria-label="Find a conversation"
            placeholder="Find a conversation"
            value={find}
            onChange={(event) => setFind(event.currentTarget.value)}
          />
        )}
      </div>
      <div className={classes.listScroll}>
        {conversations === null && <RowSkeletons rows={6} />}
        {conversations?.length === 0 && (
          <p className={classes.listNote}>Conversations are kept here, encrypted.</p>
        )}
        {conversations && conversations.length > 0 && found.length === 0 && (
          <p className={classes.listNote}>No title contains “{find.trim()}”.</p>
        )}
        {byDay(found, now).map((day) => (
          <section key={day.label} aria-label={day.label}>
            <h2 className={classes.day}>{day.label}</h2>
            <ul>
              {day.conversations.map((item) => (
                <ListItem
                  key={item.conversationId}
                  conversation={item}
                  current={item.conversationId === shown}
                  onDelete={() => setDeleting(item)}
                />
              ))}
            </ul>
          </section>
        ))}
      </div>
      {deleting && <DeleteDialog conversation={deleting} onClose={() => setDeleting(null)} />}
    </nav>
  );
}

interface ItemProps {
  conversation: Conversation;
  current: boolean;
  onDelete: () => void;
}

function ListItem({ conversation, current, onDelete }: ItemProps) {
  const { conversationId } = conversation;
  const title = conversation.title || 'Untitled';
  const busy = useChat(({ outgoing }) =>
    outgoing.some((item) => item.conversationId === conversationId && item.error === null),
  );
  return (
    <li className={classes.item} data-current={current || undefined}>
      <button
        type="button"
        className={classes.itemTitle}
        aria-current={current ? 'page' : undefined}
        title={title}
        onClick={() => select(conversationId)}
      >
        {title}
      </button>
      {busy && <span className={classes.busy}>working</span>}
      <Tooltip label="Delete">
        <ActionIcon
          size="sm"
          className={classes.itemDelete}
          aria-label={`Delete ${title}`}
          onClick={onDelete}
        >
          <IconTrash size={14} stroke={1.75} aria-hidden="true" />
        </ActionIcon>
      </Tooltip>
    </li>
  );
}

function DeleteDialog({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const client = useQueryClient();
  const { conversationId } = conversation;
  const remove = useAction('chat.delete', () => {
    client.removeQueries({ queryKey: ['chat.messages', { conversationId }] });
    void client.invalidateQueries({ queryKey: ['chat.conversations'] });
    onClose();
  });
  return (
    <ConfirmDialog
      opened
      title="Delete this conversation?"
      confirmLabel="Delete"
      danger
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate({ conversationId })}
      onClose={onClose}
    >
      “{conversation.title || 'Untitled'}” and its {plural(conversation.messageCount, 'message')} are deleted
      for good. What was run from it stays in Activity.
    </ConfirmDialog>
  );
}
