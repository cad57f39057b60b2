import { readFileSync } from 'node:fs';
import { needs } from '#test/needs.ts';
import { addSite, connectedMachine, startApp, startBoxes } from './app.ts';
import { type Bench, within } from './row.ts';

const count = 50;
const settleMs = 20_000;
const watchMs = 60_000;

/** CPU seconds that a process has used. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function residentMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024;
}

export const bench: Bench = {
  name: 'idle',
  about: `the backend with ${count} connected boxes for a minute, doing what it does by itself`,
  missing: () => (process.platform !== 'linux' ? 'Linux' : needs('sshd') ? null : 'sshd'),
  async run() {
    const lab = await startBoxes(count);
    const app = await startApp();
    try {
      const sites = [];
      for (const box of lab.boxes) sites.push(await addSite(app, box.name, lab.configFile, true));
      for (const site of sites) await connectedMachine(app, site.id);
      await new Promise((resolve) => setTimeout(resolve, settleMs));
      const before = cpuSeconds(app.workerPid);
      const started = performance.now();
      const memory: number[] = [];
      while (performance.now() - started < watchMs) {
        memory.push(residentMb(app.workerPid));
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
      const percent = ((cpuSeconds(app.workerPid) - before) / ((performance.now() - started) / 1000)) * 100;
      return [
        within(
          { name: 'idle', measure: 'resident memory', unit: 'MB', reach: 200, lowerIsBetter: true },
          memory,
        ),
        within({ name: 'idle', measure: 'of one core', unit: '%', reach: 2, lowerIsBetter: true }, [percent]),
      ];
    } finally {
      await app.stop();
      await lab.stop();
    }
  },
};
