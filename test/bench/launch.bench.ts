import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { newId } from '#shared/domain/id.ts';
import { hasEnded } from '#shared/domain/run.ts';
import { needs } from '#test/needs.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';
import { addSite, type BenchApp, connectedMachine, startApp, startBoxes } from './app.ts';
import { against, type Bench } from './row.ts';

const run = promisify(execFile);
const turns = 7;
const yaml = (mark: number) => `name: bench\nworkdir: .\nenvs:\n  TURN: "${mark}"\nrun: exec sleep 600\n`;

/** Milliseconds from the request until the client hears that the trainer's process runs. The run is then ended. */
async function launchOurs(
  app: BenchApp,
  machineId: string,
  baseDirectory: string,
  turn: number,
): Promise<number> {
  const { rpc } = app.connection;
  const running = Promise.withResolvers<number>();
  const requestId = newId();
  let runId: string | null = null;
  const seen = new Map<string, number>();
  const off = app.onEvent((event) => {
    if (event.type !== 'run.changed' || event.run.state !== 'running') return;
    seen.set(event.run.id, performance.now());
    if (event.run.id === runId) running.resolve(performance.now());
  });
  const started = performance.now();
  const launched = await rpc.runs.launch({
    requestId,
    yaml: yaml(turn),
    baseDirectory,
    machineId,
    envs: {},
    secrets: {},
    priority: 0,
  });
  runId = launched.id;
  const already = seen.get(launched.id);
  if (already !== undefined) running.resolve(already);
  const at = await running.promise;
  off();
  await rpc.runs.kill({ runId: launched.id });
  await until('the run has ended', async () => hasEnded((await rpc.runs.get({ runId: launched.id })).state));
  return at - started;
}

/** The script a careful user would write: rsync, then ssh with nohup; ends when the process runs and its number is known. */
async function launchPeer(configFile: string, host: string, directory: string): Promise<number> {
  const started = performance.now();
  await run('rsync', ['-a', '-e', `ssh -F ${configFile}`, `${directory}/`, `${host}:peer/`]);
  const { stdout } = await run('ssh', [
    '-F',
    configFile,
    host,
    'cd peer && { nohup sh -c "exec sleep 600" > run.log 2>&1 < /dev/null & echo $!; }',
  ]);
  const took = performance.now() - started;
  await run('ssh', ['-F', configFile, host, `kill ${stdout.trim()}`]);
  return took;
}

export const bench: Bench = {
  name: 'launch',
  about: 'launch and relaunch on a connected box, against rsync and ssh nohup',
  missing: () => (needs('sshd', 'rsync', 'ssh') ? null : 'sshd, ssh or rsync'),
  async run() {
    const small = await makeTempDirectory('bench-small');
    const large = await makeTempDirectory('bench-large');
    for (let file = 0; file < 8; file += 1)
      await writeFile(path.join(small, `module${file}.py`), `# ${file}\n`.repeat(200));
    for (let file = 0; file < 2000; file += 1) {
      const directory = path.join(large, `package${Math.floor(file / 50)}`);
      if (file % 50 === 0) await mkdir(directory);
      await writeFile(path.join(directory, `module${file}.py`), `# module ${file}\n`.repeat(250));
    }
    const lab = await startBoxes(1);
    const app = await startApp();
    try {
      const site = await addSite(app, 'box0', lab.configFile, true);
      const machineId = await connectedMachine(app, site.id);
      const change = async (turn: number) => {
        for (const file of [3, 777, 1999]) {
          await writeFile(
            path.join(large, `package${Math.floor(file / 50)}`, `module${file}.py`),
            `# turn ${turn}\n`.repeat(251),
          );
        }
      };
      const launch = { ours: [] as number[], peer: [] as number[] };
      const relaunch = { ours: [] as number[], peer: [] as number[] };
      // The first of each is the warm-up: scripts are installed, the tree is brought over once.
      for (let turn = 0; turn <= turns; turn += 1) {
        await writeFile(path.join(small, 'module0.py'), `# turn ${turn}\n`);
        const ours = await launchOurs(app, machineId, small, turn);
        const peer = await launchPeer(lab.configFile, 'box0', small);
        if (turn > 0) {
          launch.ours.push(ours);
          launch.peer.push(peer);
        }
      }
      for (let turn = 0; turn <= turns; turn += 1) {
        await change(turn);
        const ours = await launchOurs(app, machineId, large, turn);
        const peer = await launchPeer(lab.configFile, 'box0', large);
        if (turn > 0) {
          relaunch.ours.push(ours);
          relaunch.peer.push(peer);
        }
      }
      return [
        against(
          {
            name: 'launch',
            measure: 'request → process running, small workdir',
            unit: 'ms',
            reach: 5,
            lowerIsBetter: true,
          },
          launch.ours,
          launch.peer,
        ),
        against(
          { name: 'relaunch', measure: '2,000 files, 3 changed', unit: 'ms', reach: 3, lowerIsBetter: true },
          relaunch.ours,
          relaunch.peer,
        ),
      ];
    } finally {
      await app.stop();
      await lab.stop();
      await rm(small, { recursive: true, force: true });
      await rm(large, { recursive: true, force: true });
    }
  },
};
