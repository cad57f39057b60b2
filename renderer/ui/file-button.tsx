import { useRef } from 'react';
import { Button, type ButtonProps } from './button.tsx';

/** A button that lets a file of this computer be chosen. `label`: of the field behind it, for assistive technology. */
export function FileButton({
  label,
  accept,
  onFile,
  ...rest
}: Omit<ButtonProps, 'onClick'> & { label: string; accept: string; onFile(file: File): void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        accept={accept}
        hidden
        aria-label={label}
        onChange={(event) => {
          const file = event.target.files?.[0];
          // The same file again is a choice too: it may have been mended.
          event.target.value = '';
          if (file) onFile(file);
        }}
      />
      <Button {...rest} onClick={() => input.current?.click()} />
    </>
  );
}
