import { UnstyledButton } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import type { AppStatus } from '../../preload/contract/models.ts';
import { useAccounts } from '../api/useAccounts.ts';
import { PageTitle } from '../components/PageTitle.tsx';
import { isUnlocked } from '../state/access.ts';
import { type ScreenId, useNav } from '../state/nav.ts';
import { modKey } from '../state/platform.ts';
import { useTicking } from '../state/time.ts';
import { screenName } from './NavRail.tsx';
import { ScopeSelector } from './ScopeSelector.tsx';
import classes from './TitleBar.module.css';

/** Where the scope governs what is shown. */
const SCOPED: ReadonlySet<ScreenId> = new Set<ScreenId>(['chat', 'explorer', 'activity', 'accounts']);

export function TitleBar({ status, onPalette }: { status: AppStatus; onPalette: () => void }) {
  const screen = useNav((state) => state.screen);
  const visit = useNav((state) => state.visit);
  const { accounts } = useAccounts();
  // Wherever it is: out of scope it can be changed all the same.
  const production = useTicking((now) =>
    accounts.some((one) => one.production && one.profiles.some((profile) => isUnlocked(profile, now))),
  );
  return (
    <div className={classes.root} data-production={production || undefined}>
      <PageTitle className={classes.title} name={screenName(screen)} visit={visit} />
      {status.workspace.sample && <span className={classes.sample}>sample estate</span>}
      {production && <span className={classes.production}>production unlocked</span>}
      <span className={classes.space} />
      {SCOPED.has(screen) && <ScopeSelector />}
      <UnstyledButton className={classes.palette} onClick={onPalette}>
        <IconSearch size={14} stroke={1.75} aria-hidden="true" />
        <span className={classes.paletteText}>Go to</span>
        <kbd className={classes.keys}>{modKey} K</kbd>
      </UnstyledButton>
    </div>
  );
}
