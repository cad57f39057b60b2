import type { ReactNode } from 'react';
import { useMachines } from '#renderer/app/machine-store.ts';
import { useRuns } from '#renderer/features/runs/run-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { formatClock, formatInteger, formatWhen } from '#renderer/ui/index.ts';
import type { Machine } from '#shared/domain/machine.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import { expectedEnd } from './needs.ts';

/** The figures of the whole yard in one line. */
export function Figures({ needs, children }: { needs: number; children: ReactNode }) {
  const t = useT();
  const counts = useRuns(({ counts: all }) => all);
  useRuns(({ version }) => version);
  const machines = useMachines(({ byId }) => byId);
  const going =
    (counts.preparing ?? 0) + (counts.starting ?? 0) + (counts.running ?? 0) + (counts.stopping ?? 0);
  const { all, held, busy, seen } = countAccelerators(machines.values(), useRuns.getState().byId.values());
  const next = nextToEnd(useRuns.getState().byId.values(), Date.now());
  return (
    <dl className="figures num">
      <Figure
        value={formatInteger(going)}
        label={t('overview.runsGoing', { count: going, queued: counts.queued ?? 0 })}
      />
      {all > 0 ? (
        <Figure
          value={`${formatInteger(held)} / ${formatInteger(all)}`}
          label={t('overview.acceleratorsHeld', { busy })}
        />
      ) : null}
      <Figure
        value={`${formatInteger(seen)} / ${formatInteger(machines.size)}`}
        label={t('overview.machinesSeen')}
      />
      <Figure value={formatInteger(needs)} label={t('overview.needYou', { count: needs })} />
      {next ? (
        <Figure value={endText(next.at)} label={t('overview.nextFinish', { name: next.run.name })} />
      ) : null}
      {children}
    </dl>
  );
}

const endText = (at: number) => (at - Date.now() < 86_400_000 ? formatClock(at) : formatWhen(at, Date.now()));

function Figure({ value, label }: { value: string; label: string }) {
  return (
    <div className="figure">
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** Accelerators of all machines, those that our runs hold, those at work now, and machines seen now. */
export function countAccelerators(machines: Iterable<Machine>, runs: Iterable<RunSummary>) {
  const holding = new Map<string, Set<number>>();
  for (const run of runs) {
    if (run.state === 'queued' || run.endedAt !== null) continue;
    const indexes = holding.get(run.machineId) ?? new Set();
    for (const index of run.acceleratorIndexes) indexes.add(index);
    holding.set(run.machineId, indexes);
  }
  const count = { all: 0, held: 0, busy: 0, seen: 0 };
  for (const machine of machines) {
    const seen = machine.connectionState === 'connected';
    if (seen) count.seen += 1;
    for (const { index, utilisation, mig } of machine.inventory?.accelerators ?? []) {
      if (mig) continue;
      count.all += 1;
      if (holding.get(machine.id)?.has(index)) count.held += 1;
      if (seen && (utilisation ?? 0) >= 5) count.busy += 1;
    }
  }
  return count;
}

function nextToEnd(runs: Iterable<RunSummary>, now: number): { run: RunSummary; at: number } | null {
  let next: { run: RunSummary; at: number } | null = null;
  for (const run of runs) {
    const at = expectedEnd(run, now);
    if (at !== null && (next === null || at < next.at)) next = { run, at };
  }
  return next;
}
