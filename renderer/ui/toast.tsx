import { create } from 'zustand';
import { useT } from '#renderer/i18n/index.ts';
import { Button } from './button.tsx';

export interface Toast {
  id: string;
  level: 'info' | 'warning' | 'error';
  text: string;
  action?: { label: string; run(): void };
  /** 0: stays until it is dismissed. */
  forMs?: number;
  onDismiss?(): void;
}

interface ToastState {
  toasts: readonly Toast[];
  show(toast: Toast): void;
  dismiss(id: string): void;
}

export const useToasts = create<ToastState>()((set, get) => ({
  toasts: [],
  show(toast) {
    set(({ toasts }) => ({ toasts: [...toasts.filter((other) => other.id !== toast.id), toast].slice(-5) }));
    const forMs = toast.forMs ?? (toast.level === 'error' ? 0 : 8000);
    if (forMs > 0) setTimeout(() => get().dismiss(toast.id), forMs);
  },
  dismiss(id) {
    const gone = get().toasts.find((toast) => toast.id === id);
    if (!gone) return;
    set(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));
    gone.onDismiss?.();
  },
}));

let counter = 0;
/** Says something in passing, from anywhere. */
export function toast(level: Toast['level'], text: string, extras: Partial<Toast> = {}): void {
  counter += 1;
  useToasts.getState().show({ id: `toast-${counter}`, level, text, ...extras });
}

export function Toasts({ label }: { label: string }) {
  const t = useT();
  const { toasts, dismiss } = useToasts();
  return (
    <section className="toasts" aria-label={label} aria-live="polite">
      {toasts.map((one) => (
        <div key={one.id} className={`toast toast--${one.level}`}>
          <span>{one.text}</span>
          <Button look="quiet" small onClick={() => dismiss(one.id)}>
            {t('ui.dismiss')}
          </Button>
          {one.action ? (
            <div className="toast__actions">
              <Button
                small
                onClick={() => {
                  one.action?.run();
                  dismiss(one.id);
                }}
              >
                {one.action.label}
              </Button>
            </div>
          ) : null}
        </div>
      ))}
    </section>
  );
}
