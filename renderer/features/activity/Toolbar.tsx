import { Button, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useRef } from 'react';
import { useAccounts } from '../../api/useAccounts.ts';
import { useScope } from '../../api/useSettings.ts';
import { inScope } from '../../state/access.ts';
import { plural } from '../../state/format.ts';
import { useKeys } from '../../state/keys.ts';
import classes from './activity.module.css';
import { isFiltered, NO_FILTER, RISKS, STATES } from './activityFilter.ts';
import { setFilter, useActivity } from './activityStore.ts';
import { FilterMenu } from './FilterMenu.tsx';

export function Toolbar({ total }: { total: number | null }) {
  const filter = useActivity((state) => state.filter);
  const { accounts } = useAccounts();
  const scope = useScope();
  const search = useRef<HTMLInputElement>(null);
  useKeys({ '/': () => search.current?.focus() });
  const choices = inScope(accounts, scope.accountIds).map(({ accountId, name }) => ({
    value: accountId,
    label: `${name} (${accountId})`,
  }));
  return (
    <div className={classes.toolbar}>
      <TextInput
        ref={search}
        type="search"
        className={classes.search}
        aria-label="Search activity"
        placeholder="Search titles, names, calls, request ids"
        maxLength={200}
        leftSection={<IconSearch size={14} stroke={1.75} aria-hidden="true" />}
        value={filter.text}
        onChange={(event) => setFilter({ text: event.currentTarget.value })}
      />
      <FilterMenu
        label="State"
        options={STATES}
        chosen={filter.states}
        onChange={(states) => setFilter({ states })}
      />
      <FilterMenu
        label="Account"
        options={choices}
        chosen={filter.accountIds}
        onChange={(accountIds) => setFilter({ accountIds })}
      />
      <FilterMenu
        label="Risk"
        options={RISKS}
        chosen={filter.risks}
        onChange={(risks) => setFilter({ risks })}
      />
      {isFiltered(filter) && (
        <Button variant="subtle" color="gray" onClick={() => setFilter(NO_FILTER)}>
          Clear filters
        </Button>
      )}
      <span className={classes.total} role="status">
        {total === null ? '' : plural(total, 'line')}
      </span>
    </div>
  );
}
