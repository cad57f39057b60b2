import { type ChildProcess, spawn } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { needs } from '#test/needs.ts';
import { type Bench, type BenchRow, median, within } from './row.ts';
import { startTerminalLab } from './terminal-lab.ts';

const keys = 120;
const floods = 9;
const floodMs = 1_000;

/** A WebSocket that is the system's ssh with a terminal over there, and nothing between the two. */
async function barePipe(configFile: string): Promise<{ url: string; stop(): Promise<void> }> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  const children: ChildProcess[] = [];
  server.on('connection', (socket) => {
    const ssh = spawn('ssh', ['-F', configFile, '-tt', 'box0'], { stdio: ['pipe', 'pipe', 'inherit'] });
    children.push(ssh);
    ssh.stdout.on('data', (bytes: Buffer) => socket.send(bytes));
    socket.on('message', (bytes: Buffer) => ssh.stdin.write(bytes));
    socket.on('close', () => ssh.kill());
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}`,
    async stop() {
      for (const child of children) child.kill();
      for (const client of server.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const bench: Bench = {
  name: 'echo',
  about: 'a key pressed until its character is drawn, against ssh over a bare pipe in the same page',
  missing: () => (needs('chromium', 'sshd', 'ssh') ? null : 'Chromium, sshd or ssh'),
  async run(): Promise<BenchRow[]> {
    const lab = await startTerminalLab();
    const pipe = await barePipe(lab.configFile);
    try {
      const { page } = lab;
      await page.evaluate((url) => window.benchTerminals.joinBare(url), pipe.url);
      const sides = ['ours', 'bare'] as const;
      const times = { ours: [] as number[], bare: [] as number[] };
      for (const side of sides)
        await page.evaluate(
          (which) => window.benchTerminals.command(which, 'echo ok-$((1+1))', 'ok-2'),
          side,
        );
      for (let key = 0; key < keys + 10; key += 1) {
        for (const side of sides) {
          await page.evaluate((which) => window.benchTerminals.awaitKey(which), side);
          await page.keyboard.press('x');
          const ms = await page.evaluate(() => window.benchTerminals.keyDrawn());
          if (key >= 10) times[side].push(ms);
          // A line that never wraps: each key is one character further to the right.
          if (key % 20 === 19)
            await page.evaluate(
              ([which, n]) => window.benchTerminals.command(which, `\u0015echo ok-$((${n}+0))`, `ok-${n}`),
              [side, key] as const,
            );
        }
      }
      console.log(
        `echo: ${median(times.ours).toFixed(1)} ms, and ${median(times.bare).toFixed(1)} ms over the bare pipe`,
      );
      const stops: number[] = [];
      for (let flood = 0; flood < floods; flood += 1) {
        await page.evaluate((ms) => window.benchTerminals.awaitInterrupt(ms), floodMs);
        await page.keyboard.press('Control+C');
        stops.push(await page.evaluate(() => window.benchTerminals.keyDrawn()));
      }
      return [
        within(
          {
            name: 'echo',
            measure: 'key pressed → character drawn, beyond ssh over a bare pipe',
            unit: 'ms',
            reach: 8,
            lowerIsBetter: true,
          },
          [median(times.ours) - median(times.bare)],
        ),
        within(
          {
            name: 'echo',
            measure: 'Ctrl-C pressed under `yes` → prompt drawn',
            unit: 'ms',
            reach: 200,
            lowerIsBetter: true,
          },
          stops,
        ),
      ];
    } finally {
      await pipe.stop();
      await lab.stop();
    }
  },
};
