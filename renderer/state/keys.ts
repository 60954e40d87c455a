import { useEffect, useRef } from 'react';

/** The part of a KeyboardEvent that decides what a key means. */
export interface KeyPress {
  key: string;
  mod: boolean;
  alt: boolean;
  /** The person is typing: plain keys belong to the text. */
  inText: boolean;
}

/** `g` waits for the second key of a chord for this long, in ms. */
export const CHORD_MS = 1_200;
export type Chord = { first: 'g'; at: number } | null;

/**
 * What a key press means: a command such as `mod+k`, `/`, `j`, `Escape`, `g e`; null = nothing.
 * Chords start with g and end with the next plain key.
 */
export function readKey(
  chord: Chord,
  press: KeyPress,
  now: number,
): { command: string | null; chord: Chord } {
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  if (press.alt || key === 'Shift' || key === 'Control' || key === 'Meta') return { command: null, chord };
  if (press.mod) return { command: `mod+${key}`, chord: null };
  if (press.inText) return { command: key === 'Escape' ? key : null, chord: null };
  if (chord && now - chord.at <= CHORD_MS) return { command: `g ${key}`, chord: null };
  if (key === 'g') return { command: null, chord: { first: 'g', at: now } };
  return { command: key, chord: null };
}

/** Handles a command; `false` leaves it to whoever registered before, and then to the browser. */
export type KeyHandler = (event: KeyboardEvent) => unknown;
export type KeyMap = Record<string, KeyHandler>;

const layers: { current: KeyMap }[] = [];
let chord: Chord = null;

/** Keys of a screen or an overlay while it is mounted; the one mounted last is asked first. */
export function useKeys(map: KeyMap): void {
  const layer = useRef(map);
  useEffect(() => {
    layer.current = map;
  });
  useEffect(() => {
    layers.push(layer);
    return () => void layers.splice(layers.indexOf(layer), 1);
  }, []);
}

/** Starts the listening of the page, before anything is drawn; returns the way to stop. */
export function listenForKeys(target: Window): () => void {
  let owned = false;
  // First of all listeners: the one that closes a dialog has taken it away by the time the others are asked.
  const onCapture = (event: KeyboardEvent) => {
    owned = inDialog(event.target) || document.querySelector(MODAL) !== null;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing || owned) return;
    const press = {
      key: event.key,
      mod: event.metaKey || event.ctrlKey,
      alt: event.altKey,
      inText: isText(event.target),
    };
    const read = readKey(chord, press, event.timeStamp);
    chord = read.chord;
    if (read.command === null) return;
    for (const layer of layers.toReversed()) {
      const handler = layer.current[read.command];
      if (!handler || handler(event) === false) continue;
      event.preventDefault();
      return;
    }
  };
  target.addEventListener('keydown', onCapture, { capture: true });
  target.addEventListener('keydown', onKeyDown);
  return () => {
    target.removeEventListener('keydown', onCapture, { capture: true });
    target.removeEventListener('keydown', onKeyDown);
  };
}

function isText(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)) &&
    !(target instanceof HTMLInputElement && ['checkbox', 'radio', 'button'].includes(target.type))
  );
}

const MODAL = '[aria-modal="true"]';

/** A dialog, menu or list owns its keys; a modal one also those pressed while nothing has the focus. */
function inDialog(target: EventTarget | null): boolean {
  return (
    target instanceof Element && target.closest('[role="dialog"],[role="menu"],[role="listbox"]') !== null
  );
}
