import { useEffect, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { sayError, useMay } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Badge, Button, formatBytes, Segments, toast } from '#renderer/ui/index.ts';
import type { FilePreview } from '#shared/domain/box-file.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { baseName, parentPath, showName } from '../box-path.ts';
import { ConflictDialog } from '../editor/conflict-dialog.tsx';
import { dropDraft, isDirty, putDraft, useDraft } from '../editor/draft-store.ts';
import { CodeEditor } from '../editor/index.ts';
import { sayArrival } from '../transfers/arrivals.ts';
import { JsonLines } from './json-lines.tsx';
import { JsonTree } from './json-tree.tsx';
import type { ViewProps } from './views.tsx';

type Text = Extract<FilePreview, { kind: 'text' }>;

/** A text: read, searched and, where it is small and whole, edited and saved. JSON can be looked at as a tree. */
export function TextPane({
  machineId,
  path,
  entry,
  version,
  preview,
  line,
  onReload,
}: Omit<ViewProps, 'preview'> & { preview: Text }) {
  const t = useT();
  const may = useMay('operator');
  const draft = useDraft(machineId, path);
  const dirty = isDirty(draft);
  const [saved, setSaved] = useState<{ text: string; version: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const [conflict, setConflict] = useState(false);
  const [wrap, setWrap] = useState(false);
  const trees = preview.language === 'json' || preview.language === 'jsonl';
  const [look, setLook] = useState<'text' | 'tree'>('text');
  const name = baseName(path);
  // Another reading of the file is newer than what was saved here.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version says that it was read anew
  useEffect(() => setSaved(null), [version]);
  const read = saved ?? { text: preview.text, version };

  const begin = () => putDraft({ machineId, path, base: read.text, text: read.text, version: read.version });
  const save = async () => {
    if (!draft || busy || !dirty) return;
    setBusy(true);
    try {
      const answer = await rpc().files.write({ machineId, path, text: draft.text, version: draft.version });
      setSaved({ text: draft.text, version: answer.version });
      putDraft({ ...draft, base: draft.text, version: answer.version });
      sayArrival(machineId, parentPath(path));
      toast('info', t('files.saved', { name: showName(name) }));
    } catch (thrown) {
      if (['FILE_CHANGED', 'FILE_NOT_FOUND'].includes(TrainyardError.from(thrown).code)) setConflict(true);
      else sayError(thrown);
    } finally {
      setBusy(false);
    }
  };
  const editing = draft !== undefined;
  return (
    <>
      <div className="files__textbar">
        {editing ? (
          <>
            <Badge tone={dirty ? 'warn' : 'ok'}>{dirty ? t('files.unsaved') : t('files.noChanges')}</Badge>
            <Button small look="primary" busy={busy} disabled={!dirty} onClick={() => void save()}>
              {t('files.save')}
            </Button>
            <Button small onClick={() => dropDraft(machineId, path)}>
              {dirty ? t('files.discard') : t('files.endEditing')}
            </Button>
          </>
        ) : (
          <>
            {preview.editable && may ? (
              <Button small onClick={begin}>
                {t('files.edit')}
              </Button>
            ) : null}
            <span className="quiet">
              {preview.cut
                ? t('files.cut', {
                    shown: formatBytes(new Blob([preview.text]).size),
                    size: formatBytes(entry.bytes),
                  })
                : preview.editable
                  ? null
                  : t('files.readOnly')}
            </span>
          </>
        )}
        <span className="files__textlooks">
          {preview.newline === '\r\n' ? <span className="quiet">CRLF</span> : null}
          {trees && !editing ? (
            <Segments<'text' | 'tree'>
              label={t('files.lookLabel')}
              value={look}
              options={[
                { value: 'text', label: t('files.lookText') },
                {
                  value: 'tree',
                  label: preview.language === 'json' ? t('files.lookTree') : t('files.lookLines'),
                },
              ]}
              onValue={setLook}
            />
          ) : null}
          <Button small look="quiet" aria-pressed={wrap} onClick={() => setWrap(!wrap)}>
            {t('files.wrap')}
          </Button>
        </span>
      </div>
      {look === 'tree' && trees && !editing ? (
        preview.language === 'json' ? (
          <JsonTree text={read.text} />
        ) : (
          <JsonLines text={read.text} cut={preview.cut} />
        )
      ) : (
        <CodeEditor
          text={draft?.text ?? read.text}
          label={t('files.contentOf', { name: showName(name) })}
          language={preview.language}
          editable={editing}
          wrap={wrap}
          line={line}
          onChange={(text) => {
            if (draft) putDraft({ ...draft, text });
          }}
          onSave={() => void save()}
        />
      )}
      {conflict && draft ? (
        <ConflictDialog
          draft={draft}
          language={preview.language}
          onClose={() => setConflict(false)}
          onSaved={(text, newVersion) => {
            setConflict(false);
            setSaved({ text, version: newVersion });
            putDraft({ ...draft, base: text, text, version: newVersion });
          }}
          onTheirs={() => {
            setConflict(false);
            dropDraft(machineId, path);
            onReload();
          }}
        />
      ) : null}
    </>
  );
}
