import { useEffect, useRef } from 'react';
import { Input } from './field.tsx';

interface FindFieldProps {
  className: string;
  label: string;
  placeholder: string;
  value: string;
  onValue(value: string): void;
  /** Selector of the table that it filters: the way on from it by the keyboard. */
  table: string;
}

/** The text that a table is filtered by: `/` leads here from anywhere, Enter and Down into the table, Escape clears and then leaves. */
export function FindField({ className, label, placeholder, value, onValue, table }: FindFieldProps) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const typing = document.activeElement instanceof HTMLInputElement;
      if (event.key !== '/' || typing || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      field.current?.focus();
      field.current?.select();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
  return (
    <Input
      ref={field}
      type="search"
      className={`input--small ${className}`}
      aria-label={label}
      placeholder={placeholder}
      value={value}
      maxLength={200}
      onChange={(event) => onValue(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          if (value === '') event.currentTarget.blur();
          else onValue('');
        } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
          event.preventDefault();
          document.querySelector<HTMLElement>(table)?.focus();
        }
      }}
    />
  );
}
