import { z } from 'zod';

/**
 * The one error that crosses the contract. `code` is stable and is what the page translates; `message` is the same
 * thing as an English sentence that says what happened and what to do; `params` fills the page's translation;
 * `details` is for the log and for "show details", never a stack and never a secret.
 */
export const errorShape = z.object({
  code: z.string().regex(/^[A-Z][A-Z0-9_]{2,63}$/),
  message: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  details: z.string().default(''),
  retryable: z.boolean().default(false),
});
export type ErrorShape = z.infer<typeof errorShape>;

export interface ErrorExtras {
  params?: Record<string, string | number>;
  details?: string;
  retryable?: boolean;
  cause?: unknown;
}

export class TrainyardError extends Error {
  override readonly name = 'TrainyardError';
  readonly code: string;
  readonly params: Record<string, string | number>;
  readonly details: string;
  readonly retryable: boolean;

  constructor(code: string, message: string, extras: ErrorExtras = {}) {
    super(message, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.code = code;
    this.params = extras.params ?? {};
    this.details = extras.details ?? '';
    this.retryable = extras.retryable ?? false;
  }

  toShape(): ErrorShape {
    return {
      code: this.code,
      message: this.message,
      params: this.params,
      details: this.details,
      retryable: this.retryable,
    };
  }

  static fromShape(shape: ErrorShape): TrainyardError {
    return new TrainyardError(shape.code, shape.message, shape);
  }

  /** Whatever was thrown, as ours: an abort keeps its meaning, anything unknown becomes INTERNAL with its message as details. */
  static from(thrown: unknown): TrainyardError {
    if (thrown instanceof TrainyardError) return thrown;
    if (thrown instanceof Error && thrown.name === 'AbortError') {
      return new TrainyardError('CANCELLED', 'This was cancelled.', { cause: thrown });
    }
    const details = thrown instanceof Error ? thrown.message : String(thrown);
    return new TrainyardError('INTERNAL', 'Something went wrong inside Trainyard. The log has the details.', {
      details,
      cause: thrown,
    });
  }
}
