import type { Activity } from '#backend/activity/index.ts';
import type { Clock } from '#backend/clock.ts';
import type { EventBus } from '#backend/events.ts';
import { readJson, type Store, writeJson } from '#backend/store/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { type Quota, type QuotaLimit, type QuotaReport, quota } from '#shared/domain/quota.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { FindAccelerator } from '#shared/planner/accelerators.ts';
import { familyKey, quotaId, quotaName } from '#shared/planner/quotas/index.ts';

export interface QuotasDependencies {
  store: Store;
  events: EventBus;
  activity: Pick<Activity, 'record'>;
  clock: Clock;
  log: { warn(details: object, message: string): void };
  find: FindAccelerator;
}

export interface QuotaImport {
  fileName: string;
  text: string;
  /** Of a file that does not say its own. */
  region: string | null;
  dryRun: boolean;
  partial: boolean;
}

/** What providers let the user rent at once, as typed or as their command lines print it: in SQLite, one row a quota. */
export class Quotas {
  readonly #dependencies: QuotasDependencies;

  /** Planning asks for every place that it judges. */
  #listed: Quota[] | null = null;

  constructor(dependencies: QuotasDependencies) {
    this.#dependencies = dependencies;
    dependencies.store.onRestored(() => {
      this.#listed = null;
    });
  }

  /** By provider, region and what they limit. */
  list(): Quota[] {
    this.#listed ??= this.#read();
    return this.#listed;
  }

  #read(): Quota[] {
    const { store, log } = this.#dependencies;
    return store.sql
      .all<{ id: string; content: string }>('SELECT id, content FROM quotas ORDER BY id')
      .flatMap(({ id, content }) => {
        const read = readJson(quota, content);
        if (read.ok) return [read.value];
        log.warn({ quota: id, why: read.why }, 'a quota cannot be read and is left out');
        return [];
      });
  }

  /**
   * Takes the place of one that limits the same. `instead`: the one that it was before, where what it limits was changed;
   * `was`: it was removed, and is put back as it was. Throws QUOTA_ACCELERATOR_UNKNOWN.
   */
  set(
    given: QuotaLimit,
    { instead, was }: { instead: string | null; was: Pick<Quota, 'title' | 'source' | 'at'> | null },
    actor: Actor,
  ): Quota {
    const { store, activity, clock, find } = this.#dependencies;
    const accelerator = given.accelerator === null ? null : (find(given.accelerator)?.name ?? null);
    if (given.accelerator !== null && accelerator === null) throw acceleratorUnknown(given.accelerator);
    const limit: QuotaLimit = {
      ...given,
      provider: given.provider.toLowerCase(),
      accelerator,
      families: given.families.map(familyKey).filter(Boolean),
    };
    const before = this.list();
    const id = quotaId(limit);
    // Its provider's name stays while it limits the same.
    const title = before.find((each) => each.id === id)?.title ?? '';
    const said: Quota = { ...limit, id, title, source: 'typed', at: clock.now(), ...was };
    const replaced = before.find((each) => each.id === (instead ?? id)) ?? null;
    store.transaction(() => {
      if (instead !== null && instead !== id) store.sql.run('DELETE FROM quotas WHERE id = ?', instead);
      this.#put(said);
      activity.record({
        actor,
        action: 'catalog.setQuota',
        target: quotaName(said),
        details: { quota: said, before: replaced },
      });
    });
    this.#changed();
    return said;
  }

  /** Throws QUOTA_GONE. */
  remove(id: string, actor: Actor): void {
    const { store, activity } = this.#dependencies;
    const before = this.list().find((each) => each.id === id);
    store.transaction(() => {
      if (store.sql.run('DELETE FROM quotas WHERE id = ?', id).changes === 0)
        throw new TrainyardError('QUOTA_GONE', 'There is no such quota any more.', { params: { quota: id } });
      activity.record({
        actor,
        action: 'catalog.removeQuota',
        target: before ? quotaName(before) : id,
        details: { id, before: before ?? null },
      });
    });
    this.#changed();
  }

  /** Takes in what a provider's command line printed, or says what that would do. Throws as readQuotas. */
  async import({ fileName, text, region, dryRun, partial }: QuotaImport, actor: Actor): Promise<QuotaReport> {
    const { store, activity, clock, find } = this.#dependencies;
    // Readers are loaded with the first file, not with every start.
    const { readQuotas } = await import('./read.ts');
    const reading = readQuotas(fileName, text, { region, find });
    const known = new Map(this.list().map((each) => [each.id, each]));
    const at = clock.now();
    const accepted = reading.quotas.map(
      ({ limit, title }): Quota => ({ ...limit, id: quotaId(limit), title, source: 'imported', at }),
    );
    const before = accepted.map(({ id }) => known.get(id));
    const report: QuotaReport = {
      taken: !dryRun && accepted.length > 0 && (reading.refusedCount === 0 || partial),
      format: reading.format,
      rows: reading.rows,
      accepted,
      refused: reading.refused,
      refusedCount: reading.refusedCount,
      skipped: reading.skipped,
      added: before.filter((each) => each === undefined).length,
      changed: accepted.filter(
        ({ limit, inUse }, index) =>
          before[index] && (before[index].limit !== limit || before[index].inUse !== inUse),
      ).length,
    };
    if (!report.taken) return report;
    store.transaction(() => {
      for (const each of accepted) this.#put(each);
      const { format, rows, refusedCount, added, changed } = report;
      activity.record({
        actor,
        action: 'catalog.importQuotas',
        target: fileName,
        details: { format, rows, accepted: accepted.length, refusedCount, added, changed },
      });
    });
    this.#changed();
    return report;
  }

  #put(each: Quota): void {
    this.#dependencies.store.sql.run(
      `INSERT INTO quotas (id, at, content) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET at = excluded.at, content = excluded.content`,
      each.id,
      Math.round(each.at),
      writeJson(quota, each),
    );
  }

  #changed(): void {
    const { store, events } = this.#dependencies;
    this.#listed = null;
    store.afterCommit(() => events.publish({ type: 'quotas.changed' }));
  }
}

const acceleratorUnknown = (name: string) =>
  new TrainyardError(
    'QUOTA_ACCELERATOR_UNKNOWN',
    `The catalogue has no accelerator “${name}”. Its names are in the table of offers; leave it out for a quota of all.`,
    { params: { name } },
  );
