import { Button } from '@mantine/core';
import { useEffect } from 'react';
import { useRequest } from '../../api/queries.ts';
import { ErrorState } from '../../components/ErrorState.tsx';
import { TextSkeleton } from '../../components/Skeletons.tsx';
import { useFold } from '../../components/useFold.ts';
import { takeIntent, useNav } from '../../state/nav.ts';
import { Composer } from './Composer.tsx';
import { ConversationList } from './ConversationList.tsx';
import classes from './chat.module.css';
import { NEW, select, setDraft, shownConversation, useChat } from './chatStore.ts';
import { NewConversation } from './NewConversation.tsx';
import { ThreadView } from './ThreadView.tsx';

/** Questions and changes in plain words: conversations at the left, the thread and its box beside them. */
export function ChatScreen() {
  const { data, error, refetch } = useRequest('chat.conversations', {});
  const selected = useChat((state) => state.selected);
  const visit = useChat((state) => state.place?.visit ?? 0);
  const conversations = data?.conversations ?? [];
  const shown = shownConversation(selected, conversations);
  const list = useFold(shown);
  useChatIntent();

  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  return (
    <div className={classes.screen}>
      <ConversationList conversations={data?.conversations ?? null} shown={shown} fold={list} />
      <div className={classes.main}>
        <div className={classes.narrow}>
          <Button {...list.button} variant="default">
            Conversations
          </Button>
          <Button variant="default" onClick={() => select(NEW)}>
            New conversation
          </Button>
        </div>
        {!data && <TextSkeleton lines={6} />}
        {data && shown === NEW && <NewConversation />}
        {data && shown !== NEW && <ThreadView key={`${shown} ${visit}`} conversationId={shown} />}
        {data && <Composer key={`box ${shown}`} conversationId={shown} />}
      </div>
    </div>
  );
}

/**
 * Another screen points at a conversation, or handed over words: they wait in the box of a new one, nothing is sent for
 * the person.
 */
function useChatIntent() {
  const intent = useNav((state) => state.intent);
  useEffect(() => {
    if (intent?.screen !== 'chat') return;
    const taken = takeIntent('chat');
    if (!taken) return;
    if ('conversationId' in taken) {
      select(taken.conversationId);
      return;
    }
    setDraft(NEW, taken.text);
    select(NEW);
  }, [intent]);
}
