import { useEffect, useState } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { Button } from './button.tsx';

/** Copies `text` and says that it did. */
export function CopyButton({ text, label }: { text: string | (() => string); label?: string }) {
  const t = useT();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <Button
      small
      look="quiet"
      onClick={() => void copyText(typeof text === 'string' ? text : text()).then(() => setCopied(true))}
    >
      <span aria-live="polite">{copied ? t('ui.copied') : (label ?? t('ui.copy'))}</span>
    </Button>
  );
}

/** Puts text on the clipboard, also where the asynchronous clipboard is denied (a page that is not in front). */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.style.position = 'fixed';
    area.style.opacity = '0';
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
}
