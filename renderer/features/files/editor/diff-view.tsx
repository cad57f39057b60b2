import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { syntaxHighlighting } from '@codemirror/language';
import { MergeView } from '@codemirror/merge';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import type { FilePreview } from '#shared/domain/box-file.ts';
import { codeLook, colours } from './code-look.ts';
import { languageOf } from './languages.ts';
import { separatorOf } from './newlines.ts';

/** Two texts side by side, what differs marked; the right one can be edited where `onRight` is given. */
export function DiffView({
  left,
  right,
  leftLabel,
  rightLabel,
  language,
  onRight,
}: {
  left: string;
  right: string;
  leftLabel: string;
  rightLabel: string;
  language: Extract<FilePreview, { kind: 'text' }>['language'];
  onRight?(text: string): void;
}) {
  const t = useT();
  const host = useRef<HTMLDivElement>(null);
  const report = useRef(onRight);
  report.current = onRight;
  const edits = onRight !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is edited is not put in again
  useEffect(() => {
    if (!host.current) return;
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: 'open' });
    let made: MergeView | null = null;
    let gone = false;
    const show = (extension: Extension) => {
      if (gone) return;
      const side = (text: string, label: string): Extension => [
        EditorState.lineSeparator.of(separatorOf(text)),
        lineNumbers(),
        syntaxHighlighting(colours),
        codeLook,
        extension,
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
        EditorState.phrases.of({
          '$ unchanged lines': t('files.unchanged'),
          'Revert this chunk': t('files.takeChunk'),
        }),
      ];
      const still = [EditorState.readOnly.of(true), EditorView.editable.of(false)];
      made = new MergeView({
        parent: root,
        root,
        a: { doc: left, extensions: [side(left, leftLabel), still] },
        b: {
          doc: right,
          extensions: [
            side(right, rightLabel),
            edits
              ? [
                  history(),
                  keymap.of([...defaultKeymap, ...historyKeymap]),
                  EditorView.updateListener.of((update) => {
                    if (update.docChanged) report.current?.(update.state.sliceDoc());
                  }),
                ]
              : still,
          ],
        },
        collapseUnchanged: { margin: 4, minSize: 8 },
        ...(edits ? { revertControls: 'a-to-b' as const } : {}),
        diffConfig: { scanLimit: 2000, timeout: 2000 },
      });
    };
    languageOf(language)
      .then(show)
      .catch((thrown: unknown) => {
        console.info('It is shown without colours:', thrown);
        show([]);
      });
    return () => {
      gone = true;
      made?.destroy();
    };
  }, [left, edits, language, edits ? null : right]);
  return <div className="files__diff" ref={host} />;
}
