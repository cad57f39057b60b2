import { type FormEvent, useState } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { Button, Dialog, ErrorState, Field, Input } from '#renderer/ui/index.ts';
import { faultOfName, showName, splitExtension } from '../box-path.ts';

/** Asks for a name: of a new folder or file, or another one of what is there. */
export function NameDialog({
  title,
  label,
  actLabel,
  name: before = '',
  act,
  onClose,
}: {
  title: string;
  label: string;
  actLabel: string;
  name?: string;
  act(name: string): Promise<void>;
  onClose(): void;
}) {
  const t = useT();
  const [name, setName] = useState(before);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const fault = faultOfName(name);
  const go = async (event: FormEvent) => {
    event.preventDefault();
    if (fault !== null || name === before) return;
    setBusy(true);
    setFailure(null);
    try {
      await act(name);
      onClose();
    } catch (thrown) {
      setFailure(thrown);
      setBusy(false);
    }
  };
  return (
    <Dialog open title={title} onClose={onClose}>
      <form className="dialog__body" onSubmit={(event) => void go(event)}>
        <Field
          label={label}
          error={fault === null || fault === 'empty' ? undefined : t(`files.nameFault.${fault}`)}
          hint={name !== showName(name) ? t('files.nameShown', { name: showName(name) }) : undefined}
        >
          {(ids) => (
            <Input
              {...ids}
              autoFocus
              className="mono"
              value={name}
              onFocus={(event) => event.currentTarget.setSelectionRange(0, splitExtension(before)[0].length)}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        {failure ? <ErrorState error={failure} /> : null}
        <div className="dialog__actions">
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button type="submit" look="primary" busy={busy} disabled={fault !== null || name === before}>
            {actLabel}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
