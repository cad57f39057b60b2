import { create } from 'zustand';
import { useT } from '#renderer/i18n/index.ts';
import { Button } from './button.tsx';

export interface Toast {
  id: string;
  level: 'info' | 'warning' | 'error';
  text: string;
  /** What can be done about it, the usual answer first; each also puts the toast away. */
  actions?: readonly { label: string; run(): void }[];
  /** 0: stays until it is dismissed. */
  forMs?: number;
  /** `byHand`: the user put it away, rather than its time being over or an action of it being chosen. */
  onDismiss?(byHand: boolean): void;
}

interface ToastState {
  toasts: readonly Toast[];
  show(toast: Toast): void;
  dismiss(id: string, byHand?: boolean): void;
}

export const useToasts = create<ToastState>()((set, get) => ({
  toasts: [],
  show(toast) {
    set(({ toasts }) => ({ toasts: [...toasts.filter((other) => other.id !== toast.id), toast].slice(-5) }));
    const forMs = toast.forMs ?? (toast.level === 'error' ? 0 : 8000);
    if (forMs > 0) setTimeout(() => get().dismiss(toast.id), forMs);
  },
  dismiss(id, byHand = false) {
    const gone = get().toasts.find((toast) => toast.id === id);
    if (!gone) return;
    set(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));
    gone.onDismiss?.(byHand);
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
          <Button look="quiet" small onClick={() => dismiss(one.id, true)}>
            {t('ui.dismiss')}
          </Button>
          {one.actions && one.actions.length > 0 ? (
            <div className="toast__actions">
              {one.actions.map(({ label: name, run }) => (
                <Button
                  key={name}
                  small
                  onClick={() => {
                    run();
                    dismiss(one.id);
                  }}
                >
                  {name}
                </Button>
              ))}
            </div>
          ) : null}
        </div>
      ))}
    </section>
  );
}
