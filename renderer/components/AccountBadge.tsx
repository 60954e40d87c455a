import { Tooltip } from '@mantine/core';
import { useAccounts } from '../api/useAccounts.ts';
import classes from './AccountBadge.module.css';
import { visible } from './plan/words.ts';

interface Props {
  accountId: string;
  /** Where the badge stands alone in a narrow cell. */
  compact?: boolean;
}

/** An account by its own colour and name, the same everywhere; production is said in words too. */
export function AccountBadge({ accountId, compact = false }: Props) {
  const account = useAccounts().byId.get(accountId);
  const name = visible(account?.name ?? accountId);
  return (
    <Tooltip label={`${name} · ${accountId}${account?.production ? ' · production' : ''}`}>
      <span className={classes.root}>
        <span
          className={classes.dot}
          style={{ background: `var(--mantine-color-${account?.color ?? 'gray'}-6)` }}
          aria-hidden="true"
        />
        <span className="truncate">{name}</span>
        {account?.production && !compact && <span className={classes.production}>production</span>}
      </span>
    </Tooltip>
  );
}
