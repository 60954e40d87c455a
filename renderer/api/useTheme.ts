import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useEffect } from 'react';
import { notifyError } from '../state/toasts.ts';
import { useRequest } from './queries.ts';
import { usePatchSettings } from './useSettings.ts';

/** Puts the chosen theme and density on the page, and changes the theme. */
export function useTheme() {
  const { data: settings } = useRequest('settings.get', {});
  const patch = usePatchSettings();
  const shown = useComputedColorScheme('light', { getInitialValueInEffect: false });
  const { setColorScheme } = useMantineColorScheme();
  const theme = settings?.theme;
  const density = settings?.density;
  useEffect(() => {
    if (theme) setColorScheme(theme === 'system' ? 'auto' : theme);
  }, [theme, setColorScheme]);
  useEffect(() => {
    if (density) document.documentElement.dataset.density = density;
  }, [density]);
  return {
    shown,
    /** To the other of dark and light, away from `system`. */
    toggle: () => {
      patch({ theme: shown === 'dark' ? 'light' : 'dark' }).catch(notifyError);
    },
  };
}
