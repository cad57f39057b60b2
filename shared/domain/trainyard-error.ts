/** The shape of an error as it crosses the contract; `errorShape` in error.ts checks it. */
export interface ErrorShape {
  code: string;
  message: string;
  params: Record<string, string | number>;
  details: string;
  retryable: boolean;
}

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
