/** Waits until `condition` gives something truthy and returns it; throws with `what` after the deadline. The tests' only way to wait. */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  { deadlineMs = 90_000, everyMs = 10 }: { deadlineMs?: number; everyMs?: number } = {},
): Promise<NonNullable<T>> {
  const start = performance.now();
  let lastError: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value as NonNullable<T>;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() - start > deadlineMs) {
      throw new Error(`waited ${deadlineMs} ms in vain until ${what}`, { cause: lastError });
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
