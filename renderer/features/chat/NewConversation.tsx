import { Skeleton } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useRequest } from '../../api/queries.ts';
import { ErrorState } from '../../components/ErrorState.tsx';
import classes from './chat.module.css';
import { NEW, useChat } from './chatStore.ts';
import { Pending } from './Pending.tsx';
import { Suggestions } from './parts/Suggestions.tsx';
import { sendMessage } from './sendMessage.ts';
import { pendingViews } from './thread.ts';

/** Nothing said yet: what can be asked, with the person's own resources. */
export function NewConversation() {
  const client = useQueryClient();
  const { data, error, refetch } = useRequest('chat.suggestions', {});
  const outgoing = useChat((state) => state.outgoing);
  const own = outgoing.filter((item) => item.conversationId === NEW);
  if (own.length > 0) {
    return (
      <div className={classes.scroll}>
        <div className={classes.column}>
          {pendingViews([], own).map((view) => (
            <Pending key={view.outgoing.localId} view={view} />
          ))}
        </div>
      </div>
    );
  }
  return (
    <div className={classes.scroll}>
      <div className={`${classes.column} ${classes.empty}`}>
        <h2 className="section-title">Ask about your estate, or say what to change</h2>
        <p className="soft">
          Answers come from the local copy and say how old it is. A change becomes a plan with the exact call;
          it runs when you approve it.
        </p>
        {error && <ErrorState error={error} onRetry={() => void refetch()} />}
        {!data && !error && <Skeleton height={92} radius="md" />}
        {data && (
          <Suggestions
            texts={data.texts}
            disabled={false}
            onPick={(text) => void sendMessage(client, NEW, text)}
          />
        )}
      </div>
    </div>
  );
}
