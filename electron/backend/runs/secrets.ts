import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import type { StoredSecrets } from './context.ts';
import { secretsLost } from './errors.ts';
import { variableLooksSecret } from './secret-names.ts';

/**
 * Values of secrets, by run: in this process's memory and nowhere else. They stay while the app runs, so that a restart
 * of the run need not ask again; those that the vault has are taken from there when they are needed.
 */
export class Secrets {
  readonly #byRun = new Map<string, Record<string, string>>();
  readonly #stored: StoredSecrets | null;

  constructor(stored: StoredSecrets | null = null) {
    this.#stored = stored;
  }

  /** The values of credentials, by the variables they are for. Throws what the vault says. */
  fromVault(
    credentials: Readonly<Record<string, string>>,
    run: { id: string; name: string },
  ): Record<string, string> {
    const names = Object.keys(credentials);
    if (names.length === 0) return {};
    if (!this.#stored) {
      throw new TrainyardError('NOT_AVAILABLE', '"vault" is not available in this build of Trainyard.', {
        params: { what: 'vault' },
      });
    }
    const values = this.#stored.reveal(Object.values(credentials), run);
    return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
  }

  keep(runId: string, values: Readonly<Record<string, string>>): void {
    const all = { ...this.#byRun.get(runId), ...values };
    if (Object.keys(all).length > 0) this.#byRun.set(runId, all);
  }

  /** The values of the names asked for, or the names that are not known any more and why. */
  take(
    runId: string,
    names: readonly string[],
    credentials: Readonly<Record<string, string>> = {},
    runName = runId,
  ): { ok: true; values: Record<string, string> } | { ok: false; missing: string[]; why: TrainyardError } {
    const isKnown = (name: string) => Object.hasOwn(this.#byRun.get(runId) ?? {}, name);
    const stored = Object.entries(credentials).filter(([name]) => names.includes(name) && !isKnown(name));
    try {
      this.keep(runId, this.fromVault(Object.fromEntries(stored), { id: runId, name: runName }));
    } catch (error) {
      return { ok: false, missing: stored.map(([name]) => name), why: TrainyardError.from(error) };
    }
    const known = this.#byRun.get(runId) ?? {};
    const missing = names.filter((name) => !isKnown(name));
    if (missing.length > 0) return { ok: false, missing, why: secretsLost(missing) };
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
