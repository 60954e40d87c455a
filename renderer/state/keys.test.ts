import { describe, expect, test } from 'vitest';
import { CHORD_MS, type Chord, type KeyPress, readKey } from './keys.ts';

const press = (key: string, change: Partial<KeyPress> = {}): KeyPress => ({
  key,
  mod: false,
  alt: false,
  inText: false,
  ...change,
});

describe('readKey', () => {
  test('g and then a letter is one command; the chord is over afterwards', () => {
    const first = readKey(null, press('g'), 0);
    expect(first.command).toBeNull();
    const second = readKey(first.chord, press('e'), 300);
    expect(second).toEqual({ command: 'g e', chord: null });
    expect(readKey(second.chord, press('e'), 400).command).toBe('e');
  });

  test('a g of long ago starts nothing', () => {
    const chord: Chord = { first: 'g', at: 0 };
    expect(readKey(chord, press('e'), CHORD_MS + 1).command).toBe('e');
  });

  test('what is typed into text is never a command, except Escape and keys with ⌘/Ctrl', () => {
    for (const key of ['/', 'j', 'g', '?', 'Enter', 'ArrowDown'])
      expect(readKey(null, press(key, { inText: true }), 0).command).toBeNull();
    expect(readKey(null, press('Escape', { inText: true }), 0).command).toBe('Escape');
    expect(readKey(null, press('k', { inText: true, mod: true }), 0).command).toBe('mod+k');
  });

  test('a g typed into text does not arm a chord for the key after it', () => {
    const typed = readKey(null, press('g', { inText: true }), 0);
    expect(readKey(typed.chord, press('e'), 100).command).toBe('e');
  });

  test('Caps Lock does not disable the keys, and pressing Shift does not end a chord', () => {
    expect(readKey(null, press('J'), 0).command).toBe('j');
    const chord: Chord = { first: 'g', at: 0 };
    expect(readKey(chord, press('Shift'), 10).chord).toBe(chord);
  });

  test('Alt belongs to the system', () => {
    expect(readKey(null, press('e', { alt: true }), 0).command).toBeNull();
  });
});
