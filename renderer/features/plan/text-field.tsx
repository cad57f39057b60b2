import { useEffect, useState } from 'react';
import { Field, Input } from '#renderer/ui/index.ts';

/** A text that stands for a value: it is taken as soon as it can be read, and told to be wrong until then. */
export function TextField<V>({
  label,
  value,
  write,
  read,
  onValue,
  wrong,
  hint,
  placeholder,
  mono = false,
}: {
  label: string;
  value: V;
  write(value: V): string;
  /** Null where it cannot be read. */
  read(text: string): V | null;
  onValue(value: V): void;
  wrong: string;
  hint?: string;
  placeholder?: string;
  mono?: boolean;
}) {
  const written = write(value);
  const [text, setText] = useState(written);
  const [focused, setFocused] = useState(false);
  useEffect(() => {
    if (!focused) setText(written);
  }, [written, focused]);
  const bad = text !== written && read(text) === null;
  return (
    <Field label={label} hint={hint} error={bad ? wrong : undefined}>
      {(ids) => (
        <Input
          {...ids}
          className={`input--small ${mono ? 'mono' : ''}`}
          value={text}
          placeholder={placeholder}
          onFocus={() => setFocused(true)}
          onBlur={() => setFocused(false)}
          onChange={(event) => {
            setText(event.target.value);
            const next = read(event.target.value);
            if (next !== null) onValue(next);
          }}
        />
      )}
    </Field>
  );
}
