import type { TrainyardError } from '#shared/domain/error.ts';

/** The promise, or `late` as its failure where it takes longer than that. */
export async function within<T>(promise: Promise<T>, ms: number, late: () => TrainyardError): Promise<T> {
  const over = Promise.withResolvers<never>();
  const timer = setTimeout(() => over.reject(late()), ms);
  try {
    return await Promise.race([promise, over.promise]);
  } finally {
    clearTimeout(timer);
  }
}
