import {
  IconBuilding,
  IconDatabaseExport,
  IconHistory,
  IconMessage,
  IconSettings,
  IconTable,
} from '@tabler/icons-react';
import { navigate, SCREENS, type ScreenId, useNav } from '../state/nav.ts';
import classes from './NavRail.module.css';

const ITEMS: Record<ScreenId, { name: string; icon: typeof IconMessage; keys: string }> = {
  chat: { name: 'Chat', icon: IconMessage, keys: 'G C' },
  explorer: { name: 'Explorer', icon: IconTable, keys: 'G E' },
  activity: { name: 'Activity', icon: IconHistory, keys: 'G A' },
  accounts: { name: 'Accounts', icon: IconBuilding, keys: 'G P' },
  backup: { name: 'Backups', icon: IconDatabaseExport, keys: 'G B' },
  settings: { name: 'Settings', icon: IconSettings, keys: 'G S' },
};

export const screenName = (screen: ScreenId): string => ITEMS[screen].name;

/** 48 px of icons; names too where the window is wide. */
export function NavRail() {
  const current = useNav((state) => state.screen);
  return (
    <nav className={classes.root} aria-label="Screens">
      {SCREENS.map((screen) => {
        const { name, icon: Icon, keys } = ITEMS[screen];
        return (
          <button
            key={screen}
            type="button"
            className={classes.item}
            aria-current={screen === current ? 'page' : undefined}
            title={`${name} (${keys})`}
            aria-label={name}
            onClick={() => navigate(screen)}
          >
            <Icon size={18} stroke={1.6} aria-hidden="true" />
            <span className={classes.name}>{name}</span>
          </button>
        );
      })}
    </nav>
  );
}
