import { ActionIcon, Menu } from '@mantine/core';
import { IconDots, IconPin } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Conversation } from '../../../preload/contract/models.ts';
import { useAction } from '../../api/queries.ts';
import { ConfirmDialog } from '../../components/ConfirmDialog.tsx';
import { visible } from '../../components/plan/words.ts';
import { plural } from '../../state/format.ts';
import { notify, notifyError } from '../../state/toasts.ts';
import { ConversationDialog } from './ConversationDialog.tsx';
import classes from './chat.module.css';
import { select, useChat } from './chatStore.ts';

interface Props {
  conversation: Conversation;
  current: boolean;
}

const titleOf = ({ title }: Conversation): string => visible(title) || 'Untitled';

type Asking = 'title' | 'labels' | 'delete' | null;

export function ConversationItem({ conversation, current }: Props) {
  const { conversationId, pinned, labels } = conversation;
  const title = titleOf(conversation);
  const [asking, setAsking] = useState<Asking>(null);
  const busy = useChat(({ outgoing }) =>
    outgoing.some((item) => item.conversationId === conversationId && item.error === null),
  );
  const close = () => setAsking(null);
  return (
    <li className={classes.item} data-current={current || undefined}>
      <button
        type="button"
        className={classes.itemTitle}
        aria-current={current ? 'page' : undefined}
        title={labels.length > 0 ? `${title}\n${labels.map(visible).join(', ')}` : title}
        onClick={() => select(conversationId)}
      >
        {title}
      </button>
      {busy && <span className={classes.busy}>working</span>}
      {pinned && <IconPin className={classes.pin} size={12} stroke={1.75} aria-label="pinned" />}
      <ItemMenu conversation={conversation} onAsk={setAsking} />
      {(asking === 'title' || asking === 'labels') && (
        <ConversationDialog conversation={conversation} what={asking} onClose={close} />
      )}
      {asking === 'delete' && <DeleteDialog conversation={conversation} onClose={close} />}
    </li>
  );
}

function ItemMenu({ conversation, onAsk }: { conversation: Conversation; onAsk: (what: Asking) => void }) {
  const { conversationId, pinned, archived } = conversation;
  const client = useQueryClient();
  const update = useAction('chat.update', () => {
    void client.invalidateQueries({ queryKey: ['chat.conversations'] });
  });
  const save = useAction('chat.export', ({ messages, saved, where }) => {
    if (saved === 'download') window.location.assign(where);
    else if (saved === 'file') notify(`${plural(messages, 'message')} saved to ${where}.`);
  });
  const set = (patch: { pinned?: boolean; archived?: boolean }) =>
    update.mutate({ conversationId, patch }, { onError: notifyError });
  const write = (format: 'markdown' | 'json') =>
    save.mutate({ conversationId, format }, { onError: notifyError });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon
          size="sm"
          className={classes.itemActions}
          aria-label={`Actions for ${titleOf(conversation)}`}
        >
          <IconDots size={14} stroke={1.75} aria-hidden="true" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onAsk('title')}>Rename</Menu.Item>
        <Menu.Item onClick={() => set({ pinned: !pinned })}>{pinned ? 'Unpin' : 'Pin'}</Menu.Item>
        <Menu.Item onClick={() => onAsk('labels')}>Labels</Menu.Item>
        <Menu.Item onClick={() => set({ archived: !archived })}>
          {archived ? 'Take out of the archive' : 'Archive'}
        </Menu.Item>
        <Menu.Divider role="separator" />
        <Menu.Item onClick={() => write('markdown')}>Export as Markdown</Menu.Item>
        <Menu.Item onClick={() => write('json')}>Export as JSON</Menu.Item>
        <Menu.Divider role="separator" />
        <Menu.Item c="var(--danger)" onClick={() => onAsk('delete')}>
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
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
      “{titleOf(conversation)}” and its {plural(conversation.messageCount, 'message')} are deleted for good.
      What was run from it stays in Activity.
    </ConfirmDialog>
  );
}
