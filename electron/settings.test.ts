import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../preload/contract/models.ts';
import { SettingsStore } from './settings.ts';

function storeOver(stored: unknown) {
  let value = stored;
  const events: string[] = [];
  const docs = {
    get: async () => value,
    put: async (_kind: string, _key: string, next: unknown) => {
      value = next;
    },
  };
  return { settings: new SettingsStore(docs, (name) => void events.push(name)), events };
}

test('a stored value this version cannot read costs that value only', async () => {
  const { settings } = storeOver({ theme: 'sepia', density: 'comfortable', constructor: 1, older: true });
  expect(await settings.get()).toEqual({ ...DEFAULT_SETTINGS, density: 'comfortable' });
});

test('a patch keeps what it does not name, and is announced', async () => {
  const { settings, events } = storeOver({ theme: 'dark' });
  await settings.set({ density: 'comfortable', theme: undefined });
  expect(await settings.get()).toMatchObject({ theme: 'dark', density: 'comfortable' });
  expect(events).toEqual(['settings.changed']);
});
