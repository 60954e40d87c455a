import { json } from '@codemirror/lang-json';
import { foldGutter, foldKeymap, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--accent-text)' },
  { tag: tags.string, color: 'var(--text)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--pending)' },
  { tag: tags.punctuation, color: 'var(--text-soft)' },
]);

const look = EditorView.theme({
  '&': { fontSize: '12px', backgroundColor: 'transparent', maxHeight: '420px' },
  '.cm-scroller': {
    fontFamily: 'var(--mantine-font-family-monospace)',
    lineHeight: '18px',
    overflow: 'auto',
  },
  '.cm-content': { padding: '8px 0' },
  '.cm-gutters': { backgroundColor: 'transparent', border: 'none', color: 'var(--text-soft)' },
  '.cm-foldPlaceholder': {
    backgroundColor: 'var(--ground-hover)',
    border: 'none',
    color: 'var(--text-soft)',
  },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--ground-selected) !important',
  },
  '.cm-panels': { backgroundColor: 'var(--ground-raised)', color: 'var(--text)' },
});

/** What AWS answered, read-only: folding, selecting and ⌘/Ctrl F work. */
export function RawJson({ value, label }: { value: unknown; label: string }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!host.current) return;
    const view = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: JSON.stringify(value, null, 2) ?? 'null',
        extensions: [
          json(),
          foldGutter(),
          syntaxHighlighting(colours),
          highlightSelectionMatches(),
          keymap.of([...searchKeymap, ...foldKeymap]),
          EditorState.readOnly.of(true),
          EditorView.contentAttributes.of({ 'aria-label': label, 'aria-readonly': 'true', tabindex: '0' }),
          look,
        ],
      }),
    });
    return () => view.destroy();
  }, [value, label]);
  return <div ref={host} />;
}
