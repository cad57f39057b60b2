import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml as yamlLanguage } from '@codemirror/lang-yaml';
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';
import { translateError } from '#renderer/i18n/index.ts';
import type { SpecIssue } from '#shared/domain/spec.ts';

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--accent)' },
  { tag: [tags.string, tags.content], color: 'var(--ink)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--warn)' },
  { tag: tags.comment, color: 'var(--ink-3)', fontStyle: 'italic' },
  { tag: [tags.punctuation, tags.separator], color: 'var(--ink-2)' },
]);

const look = EditorView.theme({
  '&': { height: '100%', fontSize: 'var(--text-s)', color: 'var(--ink)', backgroundColor: 'var(--sunken)' },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55', fontVariantLigatures: 'none' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--ink-3)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--hover)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': {
    backgroundColor: 'var(--accent-soft) !important',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    border: '1px solid var(--rule-strong)',
    borderRadius: '6px',
    color: 'var(--ink)',
  },
  '.cm-diagnostic': { padding: '4px 8px', fontFamily: 'var(--font)' },
});

export interface YamlEditorProps {
  value: string;
  label: string;
  errors: readonly SpecIssue[];
  onChange(value: string): void;
  /** Set to go to a line; `at` makes the same line asked for twice two askings. */
  goTo: { line: number; at: number } | null;
  /** YAML where it is not said. */
  language?: Extension;
}

/** A YAML editor with what is wrong shown at its line. It lives in a shadow root, where its styles need no inline style element. */
export function YamlEditor({ value, label, errors, onChange, goTo, language }: YamlEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const report = useRef(onChange);
  report.current = onChange;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor is made once; its text is brought up to date below
  useEffect(() => {
    if (!host.current) return;
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: 'open' });
    const made = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: value,
        extensions: extensions(label, language ?? yamlLanguage(), (text) => report.current(text)),
      }),
    });
    view.current = made;
    return () => {
      view.current = null;
      made.destroy();
    };
  }, []);
  useEffect(() => {
    const current = view.current;
    if (current && current.state.doc.toString() !== value) {
      current.dispatch({ changes: { from: 0, to: current.state.doc.length, insert: value } });
    }
  }, [value]);
  useEffect(() => {
    const current = view.current;
    if (current)
      current.dispatch(
        setDiagnostics(
          current.state,
          errors.flatMap((issue) => diagnosticOf(issue, current.state)),
        ),
      );
  }, [errors]);
  useEffect(() => {
    const current = view.current;
    if (!current || !goTo) return;
    const line = current.state.doc.line(Math.min(Math.max(1, goTo.line), current.state.doc.lines));
    current.dispatch({
      selection: { anchor: line.from },
      effects: EditorView.scrollIntoView(line.from, { y: 'center' }),
    });
    current.focus();
  }, [goTo]);
  return <div className="editor" ref={host} />;
}

function extensions(label: string, language: Extension, onChange: (text: string) => void) {
  return [
    lineNumbers(),
    lintGutter(),
    history(),
    drawSelection(),
    indentOnInput(),
    bracketMatching(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
    language,
    syntaxHighlighting(colours),
    look,
    EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) onChange(update.state.doc.toString());
    }),
  ];
}

function diagnosticOf(issue: SpecIssue, state: EditorState): Diagnostic[] {
  if (issue.line < 1 || issue.line > state.doc.lines) return [];
  const line = state.doc.line(issue.line);
  const indent = /^\s*/.exec(line.text)?.[0].length ?? 0;
  return [
    {
      from: Math.min(line.from + indent, line.to),
      to: line.to,
      severity: issue.kind === 'invalid' ? 'error' : 'warning',
      message: translateError(issue.code, issue.params, issue.message),
    },
  ];
}
