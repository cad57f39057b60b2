import { type ReactNode, useState } from 'react';

/** Fields that are asked for seldom: made when they are opened. */
export function Fold({
  label,
  className = 'asks',
  children,
}: {
  label: string;
  className?: string;
  children: ReactNode;
}) {
  const [open, setOpen] = useState(false);
  return (
    <details className={className} open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{label}</summary>
      {open ? <div className="asks__inner">{children}</div> : null}
    </details>
  );
}
