import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import type { FilePreview } from '#shared/domain/box-file.ts';
import { codeLook, colours } from './code-look.ts';
import { languageOf } from './languages.ts';
import { separatorOf } from './newlines.ts';
import { searchWords } from './search-words.ts';

export interface CodeEditorProps {
  text: string;
  label: string;
  language: Extract<FilePreview, { kind: 'text' }>['language'];
  editable: boolean;
  /** Wraps long lines. */
  wrap?: boolean;
  onChange?(text: string): void;
  onSave?(): void;
  /** Goes there when it changes; 1 is the first line. */
  line?: number | null;
}

/**
 * Text with line numbers and search, read-only or to be edited. It gives back each byte that it was not told to change: newlines
 * are kept as they are. It lives in a shadow root, where its styles need no inline style element.
 */
export function CodeEditor(props: CodeEditorProps) {
  const { text, label, language, editable, wrap = false, line = null } = props;
  const t = useT();
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const parts = useRef({ editable: new Compartment(), wrap: new Compartment(), language: new Compartment() });
  const newest = useRef(props);
  newest.current = props;
  // biome-ignore lint/correctness/useExhaustiveDependencies: made once; what changes is brought in below
  useEffect(() => {
    if (!host.current) return;
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: 'open' });
    const { editable: mayEdit, wrap: wraps, language: speaks } = parts.current;
    const made = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: text,
        extensions: [
          EditorState.lineSeparator.of(separatorOf(text)),
          keymap.of([
            {
              key: 'Mod-s',
              preventDefault: true,
              run: () => {
                newest.current.onSave?.();
                return true;
              },
            },
            ...searchKeymap,
            ...defaultKeymap,
            ...historyKeymap,
          ]),
          common(label),
          EditorState.phrases.of(searchWords(t)),
          mayEdit.of(editing(editable)),
          wraps.of(wrap ? EditorView.lineWrapping : []),
          speaks.of([]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) newest.current.onChange?.(update.state.sliceDoc());
          }),
        ],
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
    if (current && current.state.sliceDoc() !== text)
      current.dispatch({ changes: { from: 0, to: current.state.doc.length, insert: text } });
  }, [text]);
  useEffect(() => {
    view.current?.dispatch({ effects: parts.current.editable.reconfigure(editing(editable)) });
    if (editable) view.current?.focus();
  }, [editable]);
  useEffect(() => {
    view.current?.dispatch({ effects: parts.current.wrap.reconfigure(wrap ? EditorView.lineWrapping : []) });
  }, [wrap]);
  useEffect(() => {
    let gone = false;
    languageOf(language)
      .then((extension) => {
        if (!gone) view.current?.dispatch({ effects: parts.current.language.reconfigure(extension) });
      })
      .catch((thrown: unknown) => console.info('It is shown without colours:', thrown));
    return () => {
      gone = true;
    };
  }, [language]);
  useEffect(() => {
    const current = view.current;
    if (!current || line === null) return;
    const to = current.state.doc.line(Math.min(Math.max(1, line), current.state.doc.lines));
    current.dispatch({
      selection: { anchor: to.from, head: to.to },
      effects: EditorView.scrollIntoView(to.from, { y: 'center' }),
    });
    current.focus();
  }, [line]);
  return <div className="files__code" ref={host} />;
}

const editing = (editable: boolean): Extension =>
  editable
    ? [history(), indentOnInput(), keymap.of([indentWithTab])]
    : [EditorState.readOnly.of(true), EditorView.editable.of(false)];

const common = (label: string): Extension => [
  lineNumbers(),
  highlightSpecialChars(),
  drawSelection(),
  bracketMatching(),
  highlightActiveLine(),
  highlightActiveLineGutter(),
  search({ top: true }),
  highlightSelectionMatches(),
  syntaxHighlighting(colours),
  codeLook,
  EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
];
