import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: 'plain' | 'primary' | 'danger' | 'danger-solid' | 'quiet';
  small?: boolean;
  /** Work is under way: it cannot be pressed again and says so to assistive technology. */
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ look = 'plain', small, busy, className, disabled, ...rest }: ButtonProps) {
  const names = ['button'];
  if (look !== 'plain') names.push(`button--${look}`);
  if (small) names.push('button--small');
  if (busy) names.push('button--busy');
  if (className) names.push(className);
  return (
    <button
      type="button"
      className={names.join(' ')}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      {...rest}
    />
  );
}

/** A button that shows only a sign; its name is for assistive technology and the tooltip. */
export function IconButton({
  label,
  children,
  ...rest
}: Omit<ButtonProps, 'aria-label'> & { label: string; children: ReactNode }) {
  return (
    <Button
      look="quiet"
      {...rest}
      className={`button--icon ${rest.className ?? ''}`}
      aria-label={label}
      title={label}
    >
      {children}
    </Button>
  );
}
