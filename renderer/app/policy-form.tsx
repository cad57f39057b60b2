import { type FormEvent, type ReactNode, useState } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { Button, Dialog, ErrorState } from '#renderer/ui/index.ts';

/** A dialog that sets a policy of its own for something, or takes it away again. Closes once either is done. */
export function PolicyForm<Policy>({
  title,
  description,
  value,
  takeAway,
  save,
  onClose,
  onKept,
  children,
}: {
  title: string;
  description: string;
  /** What the fields say; null while something in them is wrong. */
  value: Policy | null;
  /** The button that takes the policy away; null where there is none to take away. */
  takeAway: { label: string; className: string } | null;
  save(policy: Policy | null): Promise<unknown>;
  onClose(): void;
  onKept(): void;
  children: ReactNode;
}) {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const keep = async (next: Policy | null) => {
    setBusy(true);
    setFailure(null);
    try {
      await save(next);
      onKept();
      onClose();
    } catch (thrown) {
      setFailure(thrown);
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (value) void keep(value);
  };
  return (
    <Dialog open title={title} description={description} onClose={onClose}>
      <form className="dialog__body" onSubmit={submit}>
        {children}
        {failure ? <ErrorState error={failure} /> : null}
        <div className="dialog__actions">
          {takeAway ? (
            <Button className={takeAway.className} disabled={busy} onClick={() => void keep(null)}>
              {takeAway.label}
            </Button>
          ) : null}
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button type="submit" look="primary" busy={busy} disabled={value === null}>
            {t('run.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
