import { spawn } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { newId } from '#shared/domain/id.ts';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';
import { addSite, connectedMachine, startApp, startBoxes } from './app.ts';
import { against, type Bench } from './row.ts';

/** So many that both sides are seen at work and not while they warm up: a log is followed for hours. */
const lines = 3000;

/** Appends one line to a file and waits until it was seen on the other side; ms between. */
class Watcher {
  readonly #waiting = new Map<string, (at: number) => void>();
  #rest = '';

  /** What arrived, as it arrives. */
  take(bytes: Uint8Array): void {
    const at = performance.now();
    const text = this.#rest + Buffer.from(bytes).toString('latin1');
    const whole = text.split('\n');
    this.#rest = whole.pop() ?? '';
    for (const line of whole) this.#waiting.get(line)?.(at);
  }

  async measure(file: string, line: string): Promise<number> {
    const seen = Promise.withResolvers<number>();
    this.#waiting.set(line, seen.resolve);
    const writtenAt = performance.now();
    appendFileSync(file, `${line}\n`);
    const at = await seen.promise;
    this.#waiting.delete(line);
    return at - writtenAt;
  }
}

export const bench: Bench = {
  name: 'log',
  about: 'a line written on the box until a client sees it, against ssh tail -F',
  missing: () => (needs('sshd', 'ssh') ? null : 'sshd or ssh'),
  async run() {
    const lab = await startBoxes(1);
    const app = await startApp();
    // In the box's home: its account reads it there.
    const peerFile = path.join(lab.boxes[0]?.home ?? '', 'peer.log');
    writeFileSync(peerFile, '', { mode: 0o644 });
    const tail = spawn('ssh', ['-F', lab.configFile, 'box0', `tail -n +1 -F ${peerFile}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const tailEnded = new Promise<never>((_resolve, reject) => {
      tail.once('exit', (code) => reject(new Error(`ssh tail -F ended with ${code}`)));
    });
    tailEnded.catch(() => undefined);
    try {
      const { rpc, bytes } = app.connection;
      const site = await addSite(app, 'box0', lab.configFile, true);
      const machineId = await connectedMachine(app, site.id);
      const launched = await rpc.runs.launch({
        requestId: newId(),
        yaml: 'run: exec sleep 3000\n',
        baseDirectory: null,
        machineId,
        envs: {},
        secrets: {},
        priority: 0,
      });
      const running = await until('the run is running', async () => {
        const run = await rpc.runs.get({ runId: launched.id });
        return run.state === 'running' ? run : null;
      });
      // The trainer's log is an append-only file: writing to it is what the trainer would do.
      const oursFile = await until('the log is there', () => running.attempts[0]?.directory ?? null).then(
        (place) => logFileOf(place),
      );
      const ours = new Watcher();
      const stream = bytes.open(
        { kind: 'log', runId: launched.id, offset: 0, follow: true },
        { onBytes: (chunk) => ours.take(chunk), onEnd: () => undefined, onInfo: () => undefined },
      );
      const peer = new Watcher();
      tail.stdout.on('data', (chunk: Buffer) => peer.take(chunk));
      const times = { ours: [] as number[], peer: [] as number[] };
      for (let line = 0; line < lines + 20; line += 1) {
        const mine = await ours.measure(oursFile, `ours ${line}`);
        const theirs = await Promise.race([peer.measure(peerFile, `peer ${line}`), tailEnded]);
        if (line < 20) continue;
        times.ours.push(mine);
        times.peer.push(theirs);
      }
      stream.close();
      await rpc.runs.kill({ runId: launched.id });
      return [
        against(
          {
            name: 'log',
            measure: 'line written → seen by the client',
            unit: 'ms',
            reach: 0.6667,
            lowerIsBetter: true,
          },
          times.ours,
          times.peer,
        ),
      ];
    } finally {
      tail.kill();
      await app.stop();
      await lab.stop();
    }
  },
};

const logFileOf = (place: string): string =>
  path.basename(place) === '1' ? path.join(place, 'log') : path.join(place, 'attempts', '1', 'log');
