import path from 'node:path';
import type { Activity } from '#backend/activity/index.ts';
import type { Clock } from '#backend/clock.ts';
import type { EventBus } from '#backend/events.ts';
import { type Store, type StoredSite, siteUnknown } from '#backend/store/index.ts';
import type { DataReportFilter } from '#shared/contract/data.ts';
import { newId } from '#shared/domain/id.ts';
import { type Actor, appItself, roleAllows } from '#shared/domain/role.ts';
import {
  type DataSet,
  defaultMaxLabel,
  highest,
  type JudgedData,
  type Judgement,
  judge,
  type Label,
  notCovered,
  type Override,
  type SitePolicy,
} from '#shared/domain/sensitivity.ts';
import type { TrainyardError } from '#shared/domain/trainyard-error.ts';
import {
  dataPathMissing,
  dataPathRelative,
  dataSetUnknown,
  overrideNeedsOwner,
  sensitivityViolation,
  violationSentence,
} from './errors.ts';
import { type Location, locate, overlap } from './location.ts';
import { csvReport, reportRows } from './report.ts';
import { type KeptDataSet, Tables } from './tables.ts';

export interface SensitivityOptions {
  store: Store;
  activity: Pick<Activity, 'record'>;
  events: EventBus;
  clock: Clock;
}

/** What a launch, a restart or a copy would take where. */
export interface Going {
  machineId: string;
  /** Files and folders of this computer that it takes along, absolute. */
  sources: readonly string[];
  /** What the user called it. */
  sensitivity?: Label | undefined;
}

export interface Admission extends Going {
  action: 'run.launch' | 'run.restart';
  run: { id: string; name: string };
  epoch: number;
  override?: Override | undefined;
  actor: Actor;
}

/** Labels, policies, and the check of what goes where. */
export class Sensitivity {
  readonly #options: SensitivityOptions;
  readonly #tables: Tables;

  constructor(options: SensitivityOptions) {
    this.#options = options;
    this.#tables = new Tables(options.store.sql);
  }

  list(): DataSet[] {
    return this.#tables.dataSets().map(shown);
  }

  /** Labels a path; one that is labelled already is changed. Throws DATA_PATH_RELATIVE, DATA_PATH_MISSING. */
  set(
    given: {
      path: string;
      label: Label;
      name?: string | undefined;
      countries?: readonly string[] | undefined;
    },
    actor: Actor,
  ): DataSet {
    if (!path.isAbsolute(given.path)) throw dataPathRelative(given.path);
    const wanted = path.resolve(given.path);
    const { real, isThere } = locate(wanted);
    const before = this.#tables.dataSets().find((one) => one.path === wanted || one.realPath === real);
    // What is labelled may be changed also while its disk is not there.
    if (!isThere && before === undefined) throw dataPathMissing(wanted);
    const after: KeptDataSet = {
      id: before?.id ?? newId(),
      path: before?.path ?? wanted,
      realPath: real,
      name: given.name ?? before?.name ?? (path.basename(wanted) || wanted),
      label: given.label,
      countries: [...new Set(given.countries ?? before?.countries ?? [])].sort(),
      createdAt: before?.createdAt ?? this.#options.clock.now(),
    };
    this.#change(() => {
      this.#tables.saveDataSet(after);
      const { name, label, countries } = after;
      this.#record(actor, before === undefined ? 'data.add' : 'data.change', name, {
        path: after.path,
        label,
        countries,
        ...(before && { before: { name: before.name, label: before.label, countries: before.countries } }),
      });
    });
    return shown(after);
  }

  /** Throws DATA_SET_UNKNOWN. What was recorded of runs that read it stays. */
  remove(id: string, actor: Actor): void {
    const before = this.#tables.dataSets().find((one) => one.id === id);
    if (before === undefined) throw dataSetUnknown(id);
    this.#change(() => {
      this.#tables.removeDataSet(id);
      this.#record(actor, 'data.remove', before.name, { path: before.path, label: before.label });
    });
  }

  policies(): SitePolicy[] {
    return this.#options.store.sites.list().map((site) => this.#policyOf(site));
  }

  /** Throws SITE_UNKNOWN. */
  setPolicy(
    siteId: string,
    changes: {
      maxLabel?: Label | undefined;
      country?: string | null | undefined;
      region?: string | null | undefined;
    },
    actor: Actor,
  ): SitePolicy {
    const site = this.#options.store.sites.get(siteId);
    if (site === undefined) throw siteUnknown(siteId);
    const before = this.#policyOf(site);
    const { maxLabel = before.maxLabel, country = before.country, region = before.region } = changes;
    this.#change(() => {
      this.#tables.savePolicy(addressOf(site), { maxLabel, country, region });
      this.#record(actor, 'site.policy', site.name, {
        siteId,
        maxLabel,
        country,
        region,
        before: { maxLabel: before.maxLabel, country: before.country, region: before.region },
      });
    });
    return this.#policyOf(site);
  }

  /** Whether this may go there, by what is on the disk and in the database now. Throws MACHINE_UNKNOWN. */
  judge({ machineId, sources, sensitivity }: Going): Judgement {
    const { store } = this.#options;
    const machine = store.machines.require(machineId);
    const site = store.sites.get(machine.siteId);
    if (site === undefined) throw siteUnknown(machine.siteId);
    const { isDefault: _, ...place } = this.#policyOf(site);
    const sets = this.#tables.dataSets().map((set) => ({ set, places: placesOf(set) }));
    const read = new Map<string, DataSet>();
    let hasUnlabelled = sources.length === 0;
    for (const source of sources.map(locate)) {
      const found = sets.filter(({ places }) => places.some((each) => overlap(source, each)));
      if (found.length === 0) hasUnlabelled = true;
      for (const { set } of found) read.set(set.id, set);
    }
    const data = [...read.values()].map(({ id, name, path: at, label, countries }) => ({
      id,
      name,
      path: at,
      label,
      countries,
    }));
    return judge({ asked: sensitivity ?? null, data, hasUnlabelled }, place);
  }

  /**
   * Whether a launch or a restart may be taken in; a refusal is recorded. What it returns is to be called in the
   * transaction that saves the attempt. Throws SENSITIVITY_VIOLATION, OVERRIDE_NEEDS_OWNER.
   */
  admit(admission: Admission): () => void {
    const { run, epoch, actor, action, override } = admission;
    const asked = admission.sensitivity ?? this.#tables.runData(run.id, epoch - 1)?.asked ?? null;
    const judgement = this.judge({ ...admission, ...(asked !== null && { sensitivity: asked }) });
    const { violations, label, place, data } = judgement;
    const details = {
      run: run.name,
      place: place.siteName,
      label,
      violations: violations.map(violationSentence),
    };
    const refuse = (error: TrainyardError): never => {
      this.#record(actor, action, run.name, { ...details, code: error.code }, 'refused');
      throw error;
    };
    if (override !== undefined && !roleAllows(actor.role, 'owner')) refuse(overrideNeedsOwner());
    if (violations.length > 0 && override === undefined) refuse(sensitivityViolation(violations, place));
    const reason = violations.length > 0 ? override?.reason : undefined;
    return () => {
      this.#tables.saveRunData({
        runId: run.id,
        epoch,
        runName: run.name,
        at: this.#options.clock.now(),
        actor: actor.name,
        asked,
        label,
        place,
        data,
        override: reason === undefined ? null : { reason, by: actor.name, violations },
        outcome: 'waiting',
      });
      if (reason !== undefined) this.#record(actor, 'data.override', run.id, { ...details, epoch, reason });
    };
  }

  /** Whether a copy may go there; a refusal, and an owner's override, are recorded. Throws SENSITIVITY_VIOLATION, OVERRIDE_NEEDS_OWNER. */
  admitCopy({
    copy,
    actor,
    override,
    ...going
  }: Going & { copy: { id: string; name: string }; override?: Override | undefined; actor: Actor }): void {
    const { violations, label, place } = this.judge(going);
    if (violations.length === 0) return;
    const details = {
      copy: copy.name,
      place: place.siteName,
      label,
      violations: violations.map(violationSentence),
    };
    const error =
      override === undefined
        ? sensitivityViolation(violations, place)
        : roleAllows(actor.role, 'owner')
          ? null
          : overrideNeedsOwner();
    if (error !== null) {
      this.#record(actor, 'copy.start', copy.id, { ...details, code: error.code }, 'refused');
      throw error;
    }
    this.#record(actor, 'data.override', copy.id, { ...details, reason: override?.reason });
  }

  /** What stands against the attempt's data going there as its launch was called; null: nothing. Recorded nowhere. */
  objection({ run, epoch, ...going }: Going & { run: { id: string }; epoch: number }): TrainyardError | null {
    const asked = going.sensitivity ?? this.#tables.runData(run.id, epoch)?.asked ?? null;
    const { violations, place } = this.judge({ ...going, ...(asked !== null && { sensitivity: asked }) });
    return violations.length > 0 ? sensitivityViolation(violations, place) : null;
  }

  /**
   * The same question once more, right before the first byte of an attempt leaves: labels and policies may have changed
   * while it waited. Throws SENSITIVITY_VIOLATION, which an override given at the launch prevents for what it covered.
   */
  beforeSending({
    run,
    epoch,
    ...going
  }: Going & { run: { id: string; name: string }; epoch: number }): void {
    const { store, clock } = this.#options;
    const kept = this.#tables.runData(run.id, epoch);
    const asked = kept?.asked ?? null;
    const judgement = this.judge({ ...going, ...(asked !== null && { sensitivity: asked }) });
    const { place } = judgement;
    const { label, data } = withRemoved(judgement, kept?.data ?? []);
    const open = notCovered(judgement.violations, kept?.override?.violations ?? []);
    store.transaction(() => {
      this.#tables.saveRunData({
        runId: run.id,
        epoch,
        runName: run.name,
        at: kept?.at ?? clock.now(),
        actor: kept?.actor ?? appItself.name,
        asked,
        label,
        place,
        data,
        override: kept?.override ?? null,
        outcome: open.length > 0 ? 'refused' : 'sent',
      });
      if (open.length === 0) return;
      const details = {
        run: run.name,
        epoch,
        place: place.siteName,
        label,
        violations: open.map(violationSentence),
      };
      this.#record(appItself, 'run.send', run.id, details, 'refused');
    });
    if (open.length > 0) throw sensitivityViolation(open, place);
  }

  report(filter: DataReportFilter & { offset: number; limit: number }) {
    return reportRows(this.#options.store.sql, filter);
  }

  exportReport(filter: DataReportFilter, signal?: AbortSignal): AsyncGenerator<string> {
    return csvReport(this.#options.store.sql, filter, signal);
  }

  #policyOf(site: StoredSite): SitePolicy {
    const kept = this.#tables.policy(addressOf(site));
    return {
      siteId: site.id,
      siteName: site.name,
      ...(kept ?? { maxLabel: defaultMaxLabel(site.kind), country: null, region: null }),
      isDefault: kept === null,
    };
  }

  #change(work: () => void): void {
    const { store, events } = this.#options;
    store.transaction(() => {
      work();
      store.afterCommit(() => events.publish({ type: 'data.changed' }));
    });
  }

  #record(
    actor: Actor,
    action: string,
    target: string,
    details: Record<string, unknown>,
    result: 'done' | 'refused' = 'done',
  ): void {
    this.#options.activity.record({ actor, action, target, result, details });
  }
}

/** What was read at the launch was read, though its label has been taken away since. */
function withRemoved(
  { label, data }: Judgement,
  before: readonly JudgedData[],
): Pick<Judgement, 'label' | 'data'> {
  const removed = before.filter(({ id }) => !data.some((each) => each.id === id));
  const all = [label, ...removed.map((each) => each.label)];
  return { label: highest(all) ?? label, data: [...data, ...removed] };
}

/** Where a data set lies: where its path leads now, and where it led when it was labelled. */
const placesOf = ({ path: given, realPath }: KeptDataSet): Location[] =>
  (given === realPath ? [given] : [given, realPath]).map(locate);

const shown = ({ realPath: _, ...set }: KeptDataSet): DataSet => set;

/** What a policy is kept under. The user's name on the other side is no other place. */
const addressOf = ({ kind, ssh }: StoredSite): string =>
  kind === 'local' || ssh === undefined
    ? kind
    : JSON.stringify([
        ssh.host.toLowerCase(),
        ssh.hostName?.toLowerCase() ?? '',
        ssh.port ?? 22,
        ssh.configFile ?? '',
      ]);
