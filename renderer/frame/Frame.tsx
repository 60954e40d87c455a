import { type ComponentType, useEffect, useState } from 'react';
import type { AppStatus } from '../../preload/contract/models.ts';
import { request } from '../api/client.ts';
import { useTheme } from '../api/useTheme.ts';
import { DetailsPanel } from '../components/DetailsPanel.tsx';
import { ErrorBoundary } from '../components/ErrorBoundary.tsx';
import { closeDetails, useDetails } from '../state/details.ts';
import { useFirstStart } from '../state/firstStart.ts';
import { skipToContent } from '../state/focus.ts';
import { useKeys } from '../state/keys.ts';
import { navigate, type ScreenId, useNav } from '../state/nav.ts';
import { notifyError } from '../state/toasts.ts';
import { CheatSheet } from './CheatSheet.tsx';
import classes from './Frame.module.css';
import { NavRail, screenName } from './NavRail.tsx';
import { Palette } from './Palette.tsx';
import { StatusBar } from './StatusBar.tsx';
import { TitleBar } from './TitleBar.tsx';

interface Props {
  status: AppStatus;
  screens: Record<ScreenId, ComponentType>;
}

type Overlay = 'palette' | 'keys' | null;

/** What stands around every screen, and the keys that work on all of them. */
export function Frame({ status, screens }: Props) {
  const [overlay, setOverlay] = useState<Overlay>(null);
  const screen = useNav((state) => state.screen);
  const { toggle } = useTheme();
  const Screen = screens[screen];
  useScanWhenReady();
  useKeys({
    'mod+k': () => setOverlay('palette'),
    'mod+.': () => toggle(),
    '?': () => setOverlay('keys'),
    'g c': () => navigate('chat'),
    'g e': () => navigate('explorer'),
    'g a': () => navigate('activity'),
    'g p': () => navigate('accounts'),
    'g b': () => navigate('backup'),
    'g s': () => navigate('settings'),
    Escape: () => {
      if (useDetails.getState().stack.length === 0) return false;
      closeDetails();
    },
  });
  return (
    <div className={classes.root}>
      {/* biome-ignore lint/a11y/useValidAnchor: a link to a place in the page; the address itself names the screen */}
      <a
        className="skip-link"
        href="#content"
        onClick={(event) => {
          event.preventDefault();
          skipToContent();
        }}
      >
        Skip to the content
      </a>
      <NavRail />
      <main className={classes.body}>
        {status.unencrypted && (
          <p className={classes.banner} role="status">
            This workspace is stored unencrypted: config.json says so. Whoever reads this disk reads
            everything in it.
          </p>
        )}
        <TitleBar status={status} onPalette={() => setOverlay('palette')} />
        <div id="content" className={classes.content}>
          <ErrorBoundary key={screen} name={`The screen ${screenName(screen)}`}>
            <Screen />
          </ErrorBoundary>
        </div>
      </main>
      <DetailsPanel />
      <StatusBar status={status} />
      {overlay === 'palette' && <Palette onClose={() => setOverlay(null)} />}
      <CheatSheet opened={overlay === 'keys'} onClose={() => setOverlay(null)} />
    </div>
  );
}

/** A workspace opened from the first-start screen is scanned once, so that its estate fills in. */
function useScanWhenReady(): void {
  const wanted = useFirstStart((state) => state.scanWhenReady);
  useEffect(() => {
    if (!wanted) return;
    useFirstStart.setState({ scanWhenReady: false });
    request('scan.start', {}).catch((error) => {
      if (error.data?.code !== 'SCAN_RUNNING') notifyError(error);
    });
  }, [wanted]);
}
