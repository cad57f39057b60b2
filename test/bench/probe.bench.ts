import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';
import { addSite, startApp, startBoxes } from './app.ts';
import { against, type Bench } from './row.ts';

const run = promisify(execFile);
const count = 50;
const turns = 3;
const script = path.join(import.meta.dirname, '..', '..', 'resources', 'remote', 'probe.sh');

export const bench: Bench = {
  name: 'probe',
  about: `${count} boxes asked, no connection open, against ssh under xargs -P with the same probe`,
  missing: () => (needs('sshd', 'ssh') ? null : 'sshd or ssh'),
  async run() {
    const lab = await startBoxes(count);
    const hosts = path.join(path.dirname(lab.configFile), 'hosts');
    await writeFile(hosts, lab.boxes.map(({ name }) => name).join('\n'));
    const ours: number[] = [];
    const peer: number[] = [];
    try {
      for (let turn = 0; turn < turns; turn += 1) {
        // A new app each time: nothing is connected, nothing is known.
        const app = await startApp();
        try {
          const { rpc } = app.connection;
          const { parallelConnections } = await rpc.app.settings();
          for (const box of lab.boxes) await addSite(app, box.name, lab.configFile, false);
          const machines = (await rpc.machines.list({ limit: 1000 })).rows.filter(
            ({ siteKind }) => siteKind === 'ssh',
          );
          const known = new Set<string>();
          const off = app.onEvent((event) => {
            if (
              event.type === 'machine.changed' &&
              event.machine.siteKind === 'ssh' &&
              event.machine.inventory
            )
              known.add(event.machine.id);
          });
          const started = performance.now();
          await rpc.machines.refresh({ machineIds: machines.map(({ id }) => id) });
          await until('every box has answered', () => known.size === count, {
            deadlineMs: 120_000,
            everyMs: 5,
          });
          ours.push(performance.now() - started);
          off();
          peer.push(await askByShell(hosts, lab.configFile, parallelConnections));
        } finally {
          await app.stop();
        }
      }
      return [
        against(
          { name: 'probe', measure: `${count} boxes, cold`, unit: 'ms', reach: 2, lowerIsBetter: true },
          ours,
          peer,
        ),
      ];
    } finally {
      await lab.stop();
    }
  },
};

async function askByShell(hosts: string, configFile: string, parallel: number): Promise<number> {
  const started = performance.now();
  await run(
    'sh',
    [
      '-c',
      `xargs -P ${parallel} -I HOST sh -c 'ssh -F ${configFile} HOST sh -s bench-nonce full 15 < ${script} > /dev/null' < ${hosts}`,
    ],
    { maxBuffer: 1e8 },
  );
  return performance.now() - started;
}
