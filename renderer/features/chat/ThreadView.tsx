import { Button, VisuallyHidden } from '@mantine/core';
import { IconArrowDown } from '@tabler/icons-react';
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { ChatMessage } from '../../../preload/contract/models.ts';
import { ErrorState } from '../../components/ErrorState.tsx';
import { usePlan } from '../../components/plan/usePlan.ts';
import { TextSkeleton } from '../../components/Skeletons.tsx';
import { announcement } from './announcement.ts';
import classes from './chat.module.css';
import { useChat } from './chatStore.ts';
import { Message } from './Message.tsx';
import { Pending } from './Pending.tsx';
import {
  inSlice,
  newestSlice,
  pendingViews,
  sliceAt,
  slideDown,
  slideUp,
  type Thread,
  trimmed,
} from './thread.ts';
import { useSteadyScroll } from './useSteadyScroll.ts';
import { useThread } from './useThread.ts';

/** So near to an end of what is drawn, in pixels, the next page is drawn. */
const NEAR = 600;

export function ThreadView({ conversationId }: { conversationId: string }) {
  const { thread, error, refetch, loadOlder } = useThread(conversationId);
  if (error && !thread) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!thread) {
    return (
      <div className={classes.scroll}>
        <div className={classes.column}>
          <TextSkeleton lines={8} />
        </div>
      </div>
    );
  }
  return <LoadedThread conversationId={conversationId} thread={thread} loadOlder={loadOlder} />;
}

interface Props {
  conversationId: string;
  thread: Thread;
  loadOlder: (wantedFrom: number) => Promise<void>;
}

function LoadedThread({ conversationId, thread, loadOlder }: Props) {
  const allOutgoing = useChat((state) => state.outgoing);
  const outgoing = allOutgoing.filter((item) => item.conversationId === conversationId);
  const busy = outgoing.some((item) => item.error === null);
  const { total, messages } = thread;
  const place = useChat((state) => state.place);
  const foundAt = place?.conversationId === conversationId ? place.messageIndex : null;
  const [slice, setSlice] = useState(() => (foundAt === null ? newestSlice(total) : sliceAt(foundAt, total)));
  const box = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const { atEnd, remember, toEnd, toItem } = useSteadyScroll(box, content);
  useScrollTo(foundAt, content, toItem);
  const older = useOlder(slice.from, messages[0]?.messageIndex ?? 0, loadOlder);

  const extend = () => {
    const node = box.current;
    if (!node) return;
    if (node.scrollTop < NEAR && slice.from > 0 && !older.loading) setSlice(slideUp(slice, total));
    else if (slice.to !== null && node.scrollHeight - node.clientHeight - node.scrollTop < NEAR) {
      setSlice(slideDown(slice, total));
    }
  };
  useEffect(() => {
    if (atEnd) setSlice((now) => trimmed(now, total));
  }, [atEnd, total]);

  // What the person sends is what they want to see next, wherever they were reading.
  const lastSent = outgoing.at(-1)?.localId;
  const followed = useRef(lastSent);
  useEffect(() => {
    if (lastSent === followed.current) return;
    followed.current = lastSent;
    if (lastSent === undefined) return;
    setSlice((now) => (now.to === null ? now : newestSlice(total)));
    toEnd();
  }, [lastSent, toEnd, total]);

  return (
    <>
      <section
        className={classes.scroll}
        aria-label="Conversation"
        ref={box}
        onScroll={() => {
          remember();
          extend();
        }}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
        tabIndex={0}
      >
        <div className={classes.column} ref={content}>
          {slice.from > 0 && <Earlier older={older} />}
          {inSlice(messages, slice).map((message) => (
            <Message
              key={message.messageIndex}
              message={message}
              busy={busy}
              found={message.messageIndex === foundAt}
            />
          ))}
          {pendingViews(messages, outgoing).map((view) => (
            <Pending key={view.outgoing.localId} view={view} />
          ))}
        </div>
      </section>
      {!(atEnd && slice.to === null) && (
        <div className={classes.jump}>
          <Button
            className={classes.jumpButton}
            variant="default"
            size="compact-xs"
            leftSection={<IconArrowDown size={14} stroke={1.75} aria-hidden="true" />}
            onClick={() => {
              setSlice(newestSlice(total));
              toEnd();
            }}
          >
            Newest
          </Button>
        </div>
      )}
      <Announcer messages={messages} />
    </>
  );
}

/** Once the found message is drawn, it is brought into sight; from then on the person scrolls. */
function useScrollTo(
  index: number | null,
  content: RefObject<HTMLElement | null>,
  toItem: (item: HTMLElement) => void,
): void {
  const arrived = useRef(index === null);
  useLayoutEffect(() => {
    if (arrived.current) return;
    const item = content.current?.querySelector<HTMLElement>('[data-found]');
    if (!item) return;
    arrived.current = true;
    toItem(item);
  });
}

/** Reads older pages until the slice is covered; a failure stops it and is shown. */
function useOlder(wantedFrom: number, loadedFrom: number, loadOlder: (wantedFrom: number) => Promise<void>) {
  const [error, setError] = useState<Error | null>(null);
  const missing = wantedFrom < loadedFrom;
  useEffect(() => {
    if (!missing || error) return;
    let current = true;
    loadOlder(wantedFrom).catch((thrown: Error) => {
      if (current) setError(thrown);
    });
    return () => {
      current = false;
    };
    // loadedFrom: the page that was read may not reach far enough.
  }, [missing, error, loadOlder, loadedFrom, wantedFrom]);
  return { loading: missing && error === null, error, retry: () => setError(null) };
}

function Earlier({ older }: { older: ReturnType<typeof useOlder> }) {
  if (older.error) return <ErrorState error={older.error} onRetry={older.retry} />;
  return <p className={classes.earlier}>{older.loading ? 'Reading earlier ones' : 'Earlier ones above'}</p>;
}

/** Tells a screen reader that an answer came and of what kind, without reading a history aloud. */
function Announcer({ messages }: { messages: readonly ChatMessage[] }) {
  const newest = messages.at(-1);
  const [first] = useState(newest?.messageIndex ?? -1);
  const fresh = newest && newest.role !== 'user' && newest.messageIndex > first ? newest : null;
  const plan = fresh?.parts.find((part) => part.kind === 'plan');
  return (
    <VisuallyHidden aria-live="polite">
      {plan ? <PlanAnnouncement planId={plan.planId} /> : fresh && announcement(fresh)}
    </VisuallyHidden>
  );
}

/** Only while it does wait: what comes after that the card says itself. */
function PlanAnnouncement({ planId }: { planId: string }) {
  const { current } = usePlan(planId);
  return current?.phase === 'proposed' ? 'A plan waits for your decision.' : null;
}
