import { CloseButton, TextInput } from '@mantine/core';
import { IconSearch, IconX } from '@tabler/icons-react';
import type { RefObject } from 'react';
import type { RouteOutput } from '../../../preload/contract/requests.ts';
import classes from './explorer.module.css';
import { ignoreChip, restoreChips, setText, useExplorer } from './store.ts';

type Chip = RouteOutput<'resources.query'>['chips'][number];

const KINDS: Record<Chip['kind'], string> = {
  type: 'type',
  region: 'region',
  state: 'state',
  tag: 'tag',
  account: 'account',
  name: 'name',
  words: 'words',
};

interface Props {
  inputRef: RefObject<HTMLInputElement | null>;
  chips: Chip[];
  /** The person wants to go on to the rows. */
  onToRows: () => void;
}

/** The search box, and how its text was understood. */
export function SearchLine({ inputRef, chips, onToRows }: Props) {
  const text = useExplorer((state) => state.text);
  const onKeyDown = (event: React.KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'ArrowDown' || event.key === 'Enter') onToRows();
    else if (event.key === 'Escape' && text !== '') setText('');
    else if (event.key === 'Escape') event.currentTarget.blur();
    else return;
    event.preventDefault();
  };
  return (
    <div className={classes.search}>
      <TextInput
        ref={inputRef}
        type="search"
        aria-label="Search resources"
        placeholder="Name, id, ARN, or what it is: stopped postgres in us-west-2"
        leftSection={<IconSearch size={15} stroke={1.75} aria-hidden="true" />}
        rightSection={
          text !== '' && <CloseButton size="sm" aria-label="Clear the search" onClick={() => setText('')} />
        }
        maxLength={500}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <Chips chips={chips} />
    </div>
  );
}

/** Always as high as one line of chips, so that typing moves nothing. */
function Chips({ chips }: { chips: Chip[] }) {
  const ignored = useExplorer((state) => state.ignored).length;
  const text = useExplorer((state) => state.text);
  const understood = chips.length > 0 ? 'Understood as' : '';
  return (
    <div className={classes.chips} aria-live="polite">
      <span className="soft">
        {text === '' ? 'Every word counts; press / to search, ↓ for the rows.' : understood}
      </span>
      {chips.map((chip) => (
        <button
          key={chip.id}
          type="button"
          className={classes.chip}
          title={`From “${chip.words}”. Click to ignore.`}
          aria-label={`Ignore ${KINDS[chip.kind]} ${chip.label}`}
          onClick={() => ignoreChip(chip.id, chip.words)}
        >
          <span className="soft">{KINDS[chip.kind]}</span> {chip.label}
          <IconX size={12} stroke={2} aria-hidden="true" />
        </button>
      ))}
      {ignored > 0 && (
        <button type="button" className="link-button" onClick={restoreChips}>
          {ignored} ignored, use again
        </button>
      )}
    </div>
  );
}
