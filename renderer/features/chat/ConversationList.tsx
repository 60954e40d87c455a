import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import type { Conversation } from '../../../preload/contract/models.ts';
import { visible } from '../../components/plan/words.ts';
import { RowSkeletons } from '../../components/Skeletons.tsx';
import type { Fold } from '../../components/useFold.ts';
import { plural } from '../../state/format.ts';
import { useKeys } from '../../state/keys.ts';
import { useNow } from '../../state/time.ts';
import { ConversationItem } from './ConversationItem.tsx';
import classes from './chat.module.css';
import { NEW, select } from './chatStore.ts';
import { byDay } from './days.ts';
import { labelsOf, listed } from './listed.ts';
import { MessageHits } from './MessageHits.tsx';

/** Shorter texts are looked for in titles only: in messages they would be found everywhere. */
const SEARCH_FROM = 3;

interface Props {
  /** null = not read yet. */
  conversations: Conversation[] | null;
  shown: string;
  /** Where there is no room for it beside the thread. */
  fold: Fold;
}

/** Conversations, pinned ones first, then by day; a search goes through titles, labels and all messages. */
export function ConversationList({ conversations, shown, fold }: Props) {
  const now = useNow(60_000);
  const [find, setFind] = useState('');
  const [wanted] = useDebouncedValue(find.trim(), 200);
  const [archived, setArchived] = useState(false);
  const [label, setLabel] = useState<string | null>(null);
  const search = useRef<HTMLInputElement>(null);
  useKeys({ '/': () => search.current?.focus() });
  const all = conversations ?? [];
  const { pinned, others } = listed(all, { text: find, archived, label });
  const inArchive = all.filter((item) => item.archived).length;
  const groups = [
    ...(pinned.length > 0 ? [{ label: 'Pinned', conversations: pinned }] : []),
    ...byDay(others, now),
  ];
  const searching = wanted.length >= SEARCH_FROM;
  return (
    <nav
      ref={fold.part}
      className={classes.list}
      data-open={fold.open || undefined}
      aria-label="Conversations"
    >
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
        {all.length > 0 && (
          <TextInput
            ref={search}
            type="search"
            aria-label="Search conversations"
            placeholder="Search titles and messages"
            maxLength={200}
            leftSection={<IconSearch size={14} stroke={1.75} aria-hidden="true" />}
            value={find}
            onChange={(event) => setFind(event.currentTarget.value)}
          />
        )}
        <Labels labels={labelsOf(all)} chosen={label} onChoose={setLabel} />
      </div>
      <div className={classes.listScroll}>
        {conversations === null && <RowSkeletons rows={6} />}
        {conversations?.length === 0 && (
          <p className={classes.listNote}>Conversations are kept here, encrypted.</p>
        )}
        {all.length > 0 && groups.length === 0 && (
          <p className={classes.listNote}>{emptyWords(find.trim(), label, archived)}</p>
        )}
        {groups.map((group) => (
          <section key={group.label} aria-label={group.label}>
            <h2 className={classes.day}>{group.label}</h2>
            <ul>
              {group.conversations.map((item) => (
                <ConversationItem
                  key={item.conversationId}
                  conversation={item}
                  current={item.conversationId === shown}
                />
              ))}
            </ul>
          </section>
        ))}
        {searching && <MessageHits text={wanted} />}
      </div>
      {(inArchive > 0 || archived) && (
        <button
          type="button"
          className={classes.archive}
          aria-pressed={archived}
          onClick={() => setArchived(!archived)}
        >
          {archived ? 'Back from the archive' : `Archive: ${plural(inArchive, 'conversation')}`}
        </button>
      )}
    </nav>
  );
}

function emptyWords(find: string, label: string | null, archived: boolean): string {
  const place = archived ? ' in the archive' : '';
  if (find !== '') return `No title or label${place} contains “${visible(find)}”.`;
  return label === null ? `Nothing${place || ' here'}.` : `Nothing${place} is labelled “${visible(label)}”.`;
}

interface LabelsProps {
  labels: readonly string[];
  chosen: string | null;
  onChoose: (label: string | null) => void;
}

function Labels({ labels, chosen, onChoose }: LabelsProps) {
  const shown = chosen !== null && !labels.includes(chosen) ? [chosen, ...labels] : labels;
  if (shown.length === 0) return null;
  return (
    <div className={classes.labels}>
      {shown.map((label) => (
        <button
          key={label}
          type="button"
          className={classes.label}
          aria-pressed={label === chosen}
          onClick={() => onChoose(label === chosen ? null : label)}
        >
          {visible(label)}
        </button>
      ))}
    </div>
  );
}
