import { UnstyledButton } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import type { AppStatus } from '../../preload/contract/models.ts';
import { useAccounts } from '../api/useAccounts.ts';
import { useScope } from '../api/useSettings.ts';
import { inScope } from '../state/access.ts';
import { useNav } from '../state/nav.ts';
import { modKey } from '../state/platform.ts';
import { screenName } from './NavRail.tsx';
import { ScopeSelector } from './ScopeSelector.tsx';
import classes from './TitleBar.module.css';

export function TitleBar({ status, onPalette }: { status: AppStatus; onPalette: () => void }) {
  const screen = useNav((state) => state.screen);
  const { accounts } = useAccounts();
  const scope = useScope();
  const production = inScope(accounts, scope.accountIds).some((account) => account.production);
  return (
    <div className={classes.root} data-production={production || undefined}>
      <h1 className={classes.title}>{screenName(screen)}</h1>
      {status.workspace.sample && <span className={classes.sample}>sample estate</span>}
      {production && <span className={classes.production}>production in scope</span>}
      <span className={classes.space} />
      <ScopeSelector />
      <UnstyledButton className={classes.palette} onClick={onPalette}>
        <IconSearch size={14} stroke={1.75} aria-hidden="true" />
        <span className={classes.paletteText}>Go to</span>
        <kbd className={classes.keys}>{modKey} K</kbd>
      </UnstyledButton>
    </div>
  );
}
