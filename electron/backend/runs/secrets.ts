import { variableLooksSecret } from './secret-names.ts';

/**
 * Values of secrets, by run: in this process's memory and nowhere else. They stay while the app runs, so that a restart
 * of the run need not ask again.
 */
export class Secrets {
  readonly #byRun = new Map<string, Record<string, string>>();

  keep(runId: string, values: Readonly<Record<string, string>>): void {
    const all = { ...this.#byRun.get(runId), ...values };
    if (Object.keys(all).length > 0) this.#byRun.set(runId, all);
  }

  /** The values of the names asked for, or the names that are not known any more. */
  take(
    runId: string,
    names: readonly string[],
  ): { ok: true; values: Record<string, string> } | { ok: false; missing: string[] } {
    const known = this.#byRun.get(runId) ?? {};
    const missing = names.filter((name) => !Object.hasOwn(known, name));
    if (missing.length > 0) return { ok: false, missing };
    return { ok: true, values: Object.fromEntries(names.map((name) => [name, known[name] ?? ''])) };
  }

  drop(runId: string): void {
    this.#byRun.delete(runId);
  }
}

/** Environment variables given with a launch, apart: those that look like secrets are treated as such. */
export function separateSecrets(envs: Readonly<Record<string, string>>): {
  plain: Record<string, string>;
  secret: Record<string, string>;
} {
  const entries = Object.entries(envs);
  return {
    plain: Object.fromEntries(entries.filter(([name]) => !variableLooksSecret(name))),
    secret: Object.fromEntries(entries.filter(([name]) => variableLooksSecret(name))),
  };
}
