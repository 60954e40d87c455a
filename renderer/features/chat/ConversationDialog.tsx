import { Button, TagsInput, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Conversation } from '../../../preload/contract/models.ts';
import { useAction } from '../../api/queries.ts';
import { Dialog } from '../../components/Dialog.tsx';
import { ErrorState } from '../../components/ErrorState.tsx';
import classes from './chat.module.css';
import { cleanLabels, MAX_LABEL, MAX_LABELS } from './listed.ts';

interface Props {
  conversation: Conversation;
  what: 'title' | 'labels';
  onClose: () => void;
}

/** Another title, or other labels. */
export function ConversationDialog({ conversation, what, onClose }: Props) {
  const { conversationId } = conversation;
  const client = useQueryClient();
  const [title, setTitle] = useState(conversation.title);
  const [labels, setLabels] = useState(conversation.labels);
  const update = useAction('chat.update', () => {
    void client.invalidateQueries({ queryKey: ['chat.conversations'] });
    onClose();
  });
  const submit = () => {
    const patch = what === 'title' ? { title: title.trim() } : { labels: cleanLabels(labels) };
    if (patch.title !== '') update.mutate({ conversationId, patch });
  };
  return (
    <Dialog onClose={onClose} title={what === 'title' ? 'Rename' : 'Labels'} size={440}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {what === 'title' ? (
          <TextInput
            label="Title"
            data-autofocus
            maxLength={200}
            value={title}
            error={title.trim() === '' && 'A title has at least one character.'}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
        ) : (
          <TagsInput
            label="Labels"
            description={`Enter or a comma ends one. At most ${MAX_LABELS}.`}
            size="xs"
            data-autofocus
            maxTags={MAX_LABELS}
            maxLength={MAX_LABEL}
            clearable={false}
            // It suggests nothing: an open list of nothing would take the first Escape for itself.
            dropdownOpened={false}
            value={labels}
            onChange={(values) => setLabels(cleanLabels(values))}
          />
        )}
        {update.error && <ErrorState error={update.error} />}
        <div className={classes.dialogFoot}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={update.isPending} disabled={title.trim() === ''}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
