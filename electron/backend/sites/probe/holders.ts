import { idPattern } from '#shared/domain/id.ts';
import type { Accelerator } from '#shared/domain/machine.ts';
import type { Section } from './frame.ts';
import { clean, integer, number, withoutSecrets } from './text.ts';

type Holder = Accelerator['processes'][number];
const maxHolders = 512;

/**
 * Who uses which accelerator: nvidia-smi's "gpu, pid, MiB" lines, with what the probe found out about each pid. In MIG
 * mode the driver names the card, not the slice, and so do we.
 */
export function withHolders(
  accelerators: readonly Accelerator[],
  sections: ReadonlyMap<string, Section>,
): Accelerator[] {
  const known = readProcesses(sections.get('processes'));
  const holders = new Map<string, Holder[]>();
  for (const line of (sections.get('nvidia-processes')?.lines ?? []).slice(0, maxHolders)) {
    const [uuid, pidText, used] = line.split(',').map((part) => part.trim());
    const pid = integer(pidText, { min: 1, max: 2 ** 31 });
    if (pid === null || !uuid) continue;
    const mib = number(used, { max: 1e9 });
    const memoryBytes = mib === null ? null : Math.round(mib * 1024 * 1024);
    const found = known.get(pid) ?? { user: null, command: null, runId: null };
    const ofThis = holders.get(uuid) ?? [];
    ofThis.push({ pid, memoryBytes, ...found });
    holders.set(uuid, ofThis);
  }
  return accelerators.map((one) => ({ ...one, processes: holders.get(one.uuid) ?? [] }));
}

function readProcesses(section: Section | undefined): Map<number, Omit<Holder, 'pid' | 'memoryBytes'>> {
  const processes = new Map<number, Omit<Holder, 'pid' | 'memoryBytes'>>();
  for (const line of section?.lines ?? []) {
    const [pid, user, run, ...command] = line.split('\t');
    if (!/^\d{1,10}$/.test(pid ?? '') || run === undefined) continue;
    processes.set(Number(pid), {
      user: clean(user ?? '', 64) || null,
      command: clean(withoutSecrets(command.join(' ')), 200) || null,
      runId: idPattern.test(run) ? run : null,
    });
  }
  return processes;
}
