import { type ReactNode, useState } from 'react';
import { translateError, useT } from '#renderer/i18n/index.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { Button } from './button.tsx';
import { CopyButton } from './copy-button.tsx';

/** Nothing is here yet: why, and what to do about it. */
export function EmptyState({
  title,
  children,
  actions,
}: {
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children ? <p>{children}</p> : null}
      {actions ? <div className="empty__actions">{actions}</div> : null}
    </div>
  );
}

/** An error as the user reads it: the sentence, then its code and details on demand, and a way to copy them. */
export function ErrorState({
  error,
  onRetry,
  children,
}: {
  error: unknown;
  onRetry?: () => void;
  children?: ReactNode;
}) {
  const t = useT();
  const [open, setOpen] = useState(false);
  const ours = TrainyardError.from(error);
  const sentence = translateError(ours.code, ours.params, ours.message);
  const full = [ours.code, ours.message, ours.details].filter((part) => part !== '').join('\n');
  return (
    <div className="error-state" role="alert">
      <p>{sentence}</p>
      {open ? <pre>{full}</pre> : null}
      <div className="empty__actions">
        {onRetry ? (
          <Button small onClick={onRetry}>
            {t('ui.tryAgain')}
          </Button>
        ) : null}
        {children}
        <Button small look="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? t('ui.hideDetails') : t('ui.showDetails')}
        </Button>
        {open ? <CopyButton text={full} label={t('ui.copyDetails')} /> : null}
      </div>
    </div>
  );
}

/** Lines of the shape that is about to come. */
export function Skeleton({ rows = 6, label }: { rows?: number; label?: string }) {
  const t = useT();
  return (
    <div className="skeletons" role="status" aria-label={label ?? t('ui.loading')}>
      {Array.from({ length: rows }, (_, row) => `${row}`).map((row) => (
        <span key={row} className="skeleton" style={{ width: `${88 - ((Number(row) * 37) % 45)}%` }} />
      ))}
    </div>
  );
}
