import { type FormEvent, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, Dialog, ErrorState, Field, Input } from '#renderer/ui/index.ts';
import type { Run } from '#shared/domain/run.ts';

/** Moves a waiting run forwards or backwards in its machine's queue. */
export function PriorityDialog({ run, onClose }: { run: Run; onClose(): void }) {
  const t = useT();
  const [text, setText] = useState(String(run.priority));
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const priority = Number(text);
  const valid = /^-?\d+$/.test(text.trim()) && priority >= -100 && priority <= 100;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!valid) return;
    setBusy(true);
    rpc()
      .runs.setPriority({ runId: run.id, priority })
      .then(onClose)
      .catch((thrown: unknown) => {
        setFailure(thrown);
        setBusy(false);
      });
  };
  return (
    <Dialog
      open
      title={t('run.priorityTitle', { name: run.name })}
      description={t('run.priorityText')}
      onClose={onClose}
    >
      <form className="dialog__body" onSubmit={submit}>
        <Field label={t('run.priority')} error={valid ? undefined : t('run.priorityWrong')}>
          {(ids) => (
            <Input
              {...ids}
              autoFocus
              type="number"
              min={-100}
              max={100}
              step={1}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        {failure ? <ErrorState error={failure} /> : null}
        <div className="dialog__actions">
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button type="submit" look="primary" busy={busy} disabled={!valid}>
            {t('run.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
