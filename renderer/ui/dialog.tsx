import { Dialog as Radix } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { Button } from './button.tsx';
import { ErrorState } from './states.tsx';

/**
 * A window over the page: focus is kept in it and goes back where it was. The veil is our own element because Radix's
 * writes a style element into the document, which the content policy forbids.
 */
export function Dialog({
  open,
  onClose,
  title,
  description,
  children,
  wide,
  hideTitle,
  className,
}: {
  open: boolean;
  onClose(): void;
  title: string;
  description?: ReactNode;
  children?: ReactNode;
  wide?: boolean;
  hideTitle?: boolean;
  className?: string;
}) {
  const describes = description ? {} : { 'aria-describedby': undefined };
  return (
    <Radix.Root open={open} onOpenChange={(next) => (next ? undefined : onClose())}>
      <Radix.Portal>
        <div className="veil" aria-hidden="true" />
        <Radix.Content className={`dialog ${wide ? 'dialog--wide' : ''} ${className ?? ''}`} {...describes}>
          <Radix.Title className={hideTitle ? 'hidden-visually' : 'dialog__title'}>{title}</Radix.Title>
          {description ? <Radix.Description className="dialog__text">{description}</Radix.Description> : null}
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Asks before something that cannot be taken back. `consequence` says what will have happened; `act` is tried and its error shown. */
export function ConfirmDialog({
  title,
  consequence,
  actLabel,
  actDisabled = false,
  danger = true,
  onClose,
  act,
  children,
}: {
  title: string;
  consequence: ReactNode;
  actLabel: string;
  actDisabled?: boolean;
  danger?: boolean;
  onClose(): void;
  act(): Promise<void>;
  children?: ReactNode;
}) {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const go = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await act();
      onClose();
    } catch (thrown) {
      setFailure(thrown);
      setBusy(false);
    }
  };
  return (
    <Dialog open title={title} description={consequence} onClose={onClose}>
      {children || failure ? (
        <div className="dialog__body">
          {children}
          {failure ? <ErrorState error={failure} /> : null}
        </div>
      ) : null}
      <div className="dialog__actions">
        <Button onClick={onClose} autoFocus={danger}>
          {t('ui.cancel')}
        </Button>
        <Button
          look={danger ? 'danger-solid' : 'primary'}
          busy={busy}
          disabled={actDisabled}
          autoFocus={!danger}
          onClick={() => void go()}
        >
          {actLabel}
        </Button>
      </div>
    </Dialog>
  );
}
