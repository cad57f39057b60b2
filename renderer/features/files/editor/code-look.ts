import { HighlightStyle } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

export const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.propertyName, tags.heading], color: 'var(--accent)' },
  { tag: [tags.string, tags.content], color: 'var(--ink)' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: 'var(--warn)' },
  { tag: tags.comment, color: 'var(--ink-3)', fontStyle: 'italic' },
  { tag: [tags.definition(tags.variableName), tags.function(tags.variableName)], color: 'var(--info)' },
  { tag: [tags.punctuation, tags.separator, tags.operator], color: 'var(--ink-2)' },
  { tag: tags.emphasis, fontStyle: 'italic' },
  { tag: tags.strong, fontWeight: '600' },
  { tag: [tags.link, tags.url], color: 'var(--info)' },
]);

export const codeLook = EditorView.theme({
  '&': { height: '100%', fontSize: 'var(--text-s)', color: 'var(--ink)', backgroundColor: 'var(--sunken)' },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55', fontVariantLigatures: 'none' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--ink-3)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--hover)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': {
    backgroundColor: 'var(--accent-soft) !important',
  },
  '.cm-searchMatch': { backgroundColor: 'var(--warn-soft)', outline: '1px solid var(--warn)' },
  '.cm-searchMatch-selected': { backgroundColor: 'var(--accent-soft)' },
  '.cm-panels': { backgroundColor: 'var(--panel)', color: 'var(--ink)', borderColor: 'var(--rule)' },
  '.cm-panel.cm-search': { padding: '4px 8px', fontFamily: 'var(--font)', fontSize: 'var(--text-s)' },
  '.cm-textfield': {
    backgroundColor: 'var(--sunken)',
    color: 'var(--ink)',
    border: '1px solid var(--rule-strong)',
    borderRadius: '4px',
    fontSize: 'var(--text-s)',
  },
  '.cm-button': {
    backgroundImage: 'none',
    backgroundColor: 'var(--raised)',
    color: 'var(--ink)',
    border: '1px solid var(--rule-strong)',
    borderRadius: '4px',
    fontSize: 'var(--text-s)',
  },
  '.cm-specialChar': { color: 'var(--bad)' },
  '.cm-changedLine': { backgroundColor: 'color-mix(in oklab, var(--ok-soft) 70%, transparent) !important' },
  '.cm-deletedChunk, &.cm-merge-a .cm-changedLine': {
    backgroundColor: 'color-mix(in oklab, var(--bad-soft) 70%, transparent) !important',
  },
  // A line below it: on a ground of its own not every colour of the text keeps its contrast.
  '.cm-changedText': { background: 'none !important', boxShadow: 'inset 0 -2px 0 var(--ok)' },
  '&.cm-merge-a .cm-changedText': {
    background: 'none !important',
    boxShadow: 'inset 0 -2px 0 var(--bad)',
  },
  '.cm-collapsedLines': {
    background: 'var(--raised)',
    color: 'var(--ink-2)',
    padding: '3px 10px',
  },
  // The sign that comes with it is in none of our fonts.
  '.cm-collapsedLines:before, .cm-collapsedLines:after': { content: '"…"', margin: '0 6px' },
});
