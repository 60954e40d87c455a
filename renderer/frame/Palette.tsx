import { Modal, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useId, useState } from 'react';
import type { ResourceSummary } from '../../preload/contract/models.ts';
import { request } from '../api/client.ts';
import { scopeFilter, useScope } from '../api/useSettings.ts';
import { useTheme } from '../api/useTheme.ts';
import { AccountBadge } from '../components/AccountBadge.tsx';
import { visible, visibleName } from '../components/plan/words.ts';
import { StateLabel } from '../components/StateLabel.tsx';
import { useFocusBack } from '../components/useFocusBack.ts';
import { goToResource } from '../state/details.ts';
import { typeName } from '../state/format.ts';
import { navigate, SCREENS } from '../state/nav.ts';
import { screenName } from './NavRail.tsx';
import classes from './Palette.module.css';

interface Entry {
  id: string;
  label: string;
  hint: ReactNode;
  /** What tells resources of one name apart. */
  more?: ReactNode;
  run: () => void;
}

const RESOURCES_SHOWN = 12;

/** ⌘/Ctrl K: go to a screen, change the theme, or open a resource by its name. */
export function Palette({ onClose }: { onClose: () => void }) {
  useFocusBack();
  return (
    <Modal.Root opened returnFocus={false} onClose={onClose} size={560} yOffset="12vh" centered={false}>
      <Modal.Overlay />
      <Modal.Content aria-label="Command palette">
        <PaletteBody onClose={onClose} />
      </Modal.Content>
    </Modal.Root>
  );
}

function PaletteBody({ onClose }: { onClose: () => void }) {
  const listId = useId();
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const resources = useResources(text);
  const entries = [...useCommands(text), ...resources.entries];
  const index = Math.min(active, entries.length - 1);
  const run = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    entry.run();
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) setActive((index + step + entries.length) % Math.max(1, entries.length));
    else if (event.key === 'Enter') run(entries[index]);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <TextInput
        data-autofocus
        variant="unstyled"
        size="md"
        px={16}
        placeholder="Go to a screen, or find a resource by name"
        aria-label="Command or resource"
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={entries[index] ? `${listId}-${index}` : undefined}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div className={classes.list} role="listbox" id={listId} aria-label="Results">
        {entries.map((entry, at) => (
          <button
            type="button"
            key={entry.id}
            id={`${listId}-${at}`}
            role="option"
            tabIndex={-1}
            aria-selected={at === index}
            className={classes.entry}
            onMouseMove={() => setActive(at)}
            onClick={() => run(entry)}
          >
            <span className="truncate">{entry.label}</span>
            <span className={classes.hint}>{entry.hint}</span>
            {entry.more && <span className={classes.more}>{entry.more}</span>}
          </button>
        ))}
      </div>
      {entries.length === 0 && (
        <p className={classes.none} role="status">
          {resources.busy ? 'Searching' : 'Nothing in scope goes by this name.'}
        </p>
      )}
    </>
  );
}

function useCommands(text: string): Entry[] {
  const { shown, toggle } = useTheme();
  const commands: Entry[] = [
    ...SCREENS.map((screen) => ({
      id: screen,
      label: screenName(screen),
      hint: 'screen',
      run: () => navigate(screen),
    })),
    { id: 'theme', label: `${shown === 'dark' ? 'Light' : 'Dark'} theme`, hint: 'theme', run: toggle },
  ];
  const wanted = text.trim().toLowerCase();
  return commands.filter((entry) => entry.label.toLowerCase().includes(wanted));
}

function useResources(text: string): { entries: Entry[]; busy: boolean } {
  const [wanted] = useDebouncedValue(text.trim(), 120);
  const scope = useScope();
  const { data, isFetching } = useQuery({
    queryKey: ['resources.query', 'palette', wanted, scope],
    enabled: wanted.length > 0,
    placeholderData: (previous) => previous,
    queryFn: async () => {
      const filter = scopeFilter({}, scope);
      const { resultId, total } = await request('resources.query', { text: wanted, filter, sort: [] });
      if (total === 0) return [];
      return (await request('resources.rows', { resultId, offset: 0, limit: RESOURCES_SHOWN })).rows;
    },
  });
  if (text.trim() === '') return { entries: [], busy: false };
  const entries = (data ?? []).map((row) => ({
    id: row.id,
    label: visibleName(row.name),
    hint: <StateLabel state={row.state} />,
    more: <Identity row={row} />,
    run: () => goToResource(row.id),
  }));
  return { entries, busy: isFetching || wanted !== text.trim() };
}

function Identity({ row }: { row: ResourceSummary }) {
  const native = row.nativeId !== row.name && row.nativeId !== row.arn && !row.nativeId.includes('/');
  return (
    <>
      <span className={classes.fixed}>{typeName(row.resourceType)}</span>
      <AccountBadge accountId={row.accountId} />
      <span className={`mono ${classes.fixed}`}>{row.region}</span>
      {native && <span className="mono truncate">{visible(row.nativeId)}</span>}
    </>
  );
}
