import { useQuery } from '@tanstack/react-query';
import type { ConversationHit } from '../../../preload/contract/models.ts';
import { request } from '../../api/client.ts';
import { queryKey } from '../../api/queries.ts';
import { Age } from '../../components/Age.tsx';
import { ErrorState } from '../../components/ErrorState.tsx';
import { visible } from '../../components/plan/words.ts';
import { count } from '../../state/format.ts';
import classes from './chat.module.css';
import { openAt } from './chatStore.ts';
import { marked } from './listed.ts';

const HITS = 50;
/** While its index is built the search is asked again: the hits grow. */
const AGAIN_MS = 500;

/** Places in messages where the words were found; a click goes there. */
export function MessageHits({ text }: { text: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: queryKey('chat.search', { text, limit: HITS }),
    queryFn: () => request('chat.search', { text, limit: HITS }),
    // Messages come and go: an earlier answer to the same words is not kept.
    gcTime: 0,
    refetchInterval: ({ state }) => (state.data?.indexing ? AGAIN_MS : false),
  });
  return (
    <section aria-label="In messages">
      <h2 className={classes.day}>In messages</h2>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <p className={classes.listNote}>Searching</p>}
      {data?.indexing && (
        <p className={classes.listNote} role="status">
          Reading messages: {count(data.indexed)} of {count(data.total)}
        </p>
      )}
      {data && !data.indexing && data.hits.length === 0 && (
        <p className={classes.listNote}>No message contains this.</p>
      )}
      <ul>
        {data?.hits.map((hit) => (
          <Hit key={`${hit.conversationId} ${hit.messageIndex}`} hit={hit} text={text} />
        ))}
      </ul>
      {data && data.hits.length >= HITS && (
        <p className={classes.listNote}>The first {HITS} are shown. More words find fewer.</p>
      )}
    </section>
  );
}

function Hit({ hit, text }: { hit: ConversationHit; text: string }) {
  return (
    <li>
      <button
        type="button"
        className={classes.hit}
        onClick={() => openAt(hit.conversationId, hit.messageIndex)}
      >
        <span className={classes.hitHead}>
          <span className="truncate">{visible(hit.title || 'Untitled')}</span>
          <Age iso={hit.timestamp} />
        </span>
        <span className={classes.excerpt}>
          {marked(visible(hit.excerpt.replace(/\s+/g, ' ')), text).map((part, index) =>
            part.hit ? <mark key={index}>{part.text}</mark> : <span key={index}>{part.text}</span>,
          )}
        </span>
      </button>
    </li>
  );
}
