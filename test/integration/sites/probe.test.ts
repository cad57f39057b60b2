import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '#backend/clock.ts';
import { localPrograms } from '#backend/processes/index.ts';
import { askBox, type ProbeOptions } from '#backend/sites/index.ts';
import { type Inventory, inventory as inventorySchema } from '#shared/domain/machine.ts';
import { needs, type Thing } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

const script = await readFile('resources/remote/probe.sh', 'utf8');

interface Here {
  /** Lines of the stand-in's configuration; absent: no nvidia-smi. */
  gpus?: string;
  /** Programs put on the PATH before all others. */
  bin?: Record<string, string>;
  /** What runs the probe in the place of /bin/sh. */
  shell?: string;
  home?: (home: string) => Promise<void>;
  homeName?: string;
  options?: Partial<ProbeOptions>;
  /** Waits until nothing that the probe started is left, which takes a second. */
  leavesNothing?: boolean;
}

/** The probe on this computer, with a home and a PATH of its own. */
async function probeHere(here: Here = {}): Promise<Inventory> {
  const directory = await tempDirectory('probe');
  const home = path.join(directory, here.homeName ?? 'home');
  const bin = path.join(directory, 'bin');
  await mkdir(home);
  await mkdir(bin);
  await here.home?.(home);
  if (here.gpus !== undefined) {
    await copyFile('test/lab/nvidia-smi/nvidia-smi', path.join(bin, 'nvidia-smi'));
    await chmod(path.join(bin, 'nvidia-smi'), 0o755);
    await writeFile(path.join(bin, 'nvidia-smi.conf'), here.gpus);
  }
  for (const [name, text] of Object.entries(here.bin ?? {})) {
    await writeFile(path.join(bin, name), text, { mode: 0o755 });
  }
  const shell = path.join(directory, 'shell');
  await writeFile(shell, `#!/bin/sh\n${here.shell ?? 'exec /bin/sh "$@"'}\n`, { mode: 0o755 });
  const programs = localPrograms({
    shell,
    cwd: '/',
    env: {
      PATH: `${bin}:/usr/bin:/bin:/usr/sbin:/sbin`,
      HOME: home,
      SHELL: '/bin/sh',
      PROBE_TEST: directory,
    },
  });
  onTestFinished(() => programs.close());
  try {
    return inventorySchema.parse(
      await askBox(programs, { script, clock: systemClock, commandSeconds: 20, ...here.options }),
    );
  } finally {
    if (here.leavesNothing) {
      await until(
        'no process of the probe is left',
        async () => (await withEnvironment(directory)).length === 0,
      );
    }
  }
}

/** Pids of processes that carry PROBE_TEST=directory. */
async function withEnvironment(directory: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
      return environment.includes(`PROBE_TEST=${directory}\0`) ? [pid] : [];
    }),
  );
  return found.flat();
}

const codes = ({ warnings }: Inventory) => warnings.map(({ code }) => code);
const shells: [string, Thing[], string][] = [
  ['dash', ['dash'], 'exec dash "$@"'],
  ['busybox ash', ['busybox'], 'exec busybox ash "$@"'],
  ['bash as sh', [], 'exec bash --posix "$@"'],
  ['zsh as sh', ['zsh'], 'exec zsh --emulate sh "$@"'],
];

describe.each(shells)('run by %s', (_, things, shell) => {
  test.skipIf(!needs('linux', ...things))('tells what this computer is', async () => {
    const found = await probeHere({ shell, gpus: "GPUS=2\nMIG='1:1g.10gb'\nUTILISATION='97 3'" });
    expect(found).toMatchObject({
      kernel: expect.stringMatching(/^\d/),
      loginShell: '/bin/sh',
      driverVersion: '550.54.15',
      cudaVersion: '12.4',
    });
    expect(found.memoryBytes).toBeGreaterThan(1e8);
    expect(found.bootId).toMatch(/^[0-9a-f-]{36}$/);
    expect(found.cpuCount).toBeGreaterThan(0);
    expect(found.disks.length).toBeGreaterThan(0);
    expect(found.tools.sha256sum).toBe('');
    expect(Math.abs(found.clockSkewMs ?? Number.NaN)).toBeLessThan(60_000);
    expect(found.accelerators.map(({ index, utilisation }) => [index, utilisation])).toEqual([
      [0, 97],
      [1, null],
      [200, null],
    ]);
    expect(codes(found)).toEqual([]);
  });

  test.skipIf(!needs('linux', ...things))('ends what hangs and what floods, and goes on', async () => {
    const hanging = await probeHere({
      shell,
      gpus: 'STATE=hang',
      options: { commandSeconds: 1 },
      leavesNothing: true,
    });
    expect(codes(hanging)).toContain('GPU_TOOL_ENDED');
    expect(hanging.hostName).not.toBe('');
    const flooding = await probeHere({ shell, gpus: 'STATE=flood', leavesNothing: true });
    expect(codes(flooding)).toContain('GPU_TOOL_ENDED');
  });
});

describe.skipIf(!needs('linux'))('this computer', () => {
  test('a tool that ignores signals and leaves children is ended with them', async () => {
    const stubborn = '#!/bin/sh\ntrap "" TERM HUP INT\nsleep 86400 &\nsleep 86400\n';
    const found = await probeHere({
      bin: { 'nvidia-smi': stubborn },
      options: { commandSeconds: 1 },
      leavesNothing: true,
    });
    expect(codes(found)).toContain('GPU_TOOL_ENDED');
  });

  test('a df that hangs on one file system still tells of the root', async () => {
    const df = '#!/bin/sh\nif [ "$#" -lt 3 ]; then exec sleep 86400; fi\nexec /bin/df "$@"\n';
    const found = await probeHere({ bin: { df }, options: { commandSeconds: 1 } });
    expect(codes(found)).toContain('DISKS_NOT_ANSWERING');
    expect(found.disks.map(({ path }) => path)).toContain('/');
  });

  test.each([
    ['STATE=no-driver', 'GPU_DRIVER_MISSING'],
    ['STATE=mismatch', 'GPU_DRIVER_MISMATCH'],
    ['STATE=gone', 'GPU_FAULT'],
    ['GPUS=2 LOST=1', 'GPU_FAULT'],
    ['GPUS=2 UNKNOWN=0', 'GPU_FAULT'],
  ])('nvidia-smi with %s: %s', async (gpus, code) => {
    expect(codes(await probeHere({ gpus }))).toContain(code);
  });

  test('no GPU after all is nothing to warn of; driver 610 and an old driver are understood', async () => {
    expect(await probeHere({ gpus: 'STATE=no-devices' })).toMatchObject({ accelerators: [], warnings: [] });
    expect((await probeHere({ gpus: 'HEADER=610\nCUDA=13.2\nDRIVER=610.12' })).cudaVersion).toBe('13.2');
    const old = await probeHere({ gpus: "GPUS=3\nREFUSED='mig.mode.current'\nDRIVER=470.256.02" });
    expect(old).toMatchObject({ driverVersion: '470.256.02', warnings: [] });
    expect(old.accelerators).toHaveLength(3);
    const older = await probeHere({ gpus: "REFUSED='mig.mode.current power.limit'" });
    expect(older.accelerators).toMatchObject([{ model: 'NVIDIA L4', powerLimitW: null }]);
  });

  test('who holds a GPU, and for which run', async () => {
    const holder: ChildProcess = spawn('sleep', ['600'], {
      env: { PATH: '/usr/bin:/bin', TRAINYARD_RUN_ID: '0123456789ab' },
      stdio: 'ignore',
    });
    onTestFinished(() => void holder.kill('SIGKILL'));
    await until('it has become sleep', async () =>
      (await readFile(`/proc/${holder.pid}/cmdline`, 'utf8')).startsWith('sleep'),
    );
    const full = await probeHere({ gpus: `GPUS=2\nPROCESSES='1:${holder.pid}:1500 0:999999999:7'` });
    expect(full.accelerators[1]).toMatchObject({
      memoryUsedBytes: 1500 * 1024 * 1024,
      processes: [{ pid: holder.pid, command: 'sleep 600', runId: '0123456789ab' }],
    });
    expect(full.accelerators[0]?.processes).toMatchObject([{ pid: 999_999_999, user: null, command: null }]);
    const light = await probeHere({ gpus: 'GPUS=2', options: { mode: 'light', previous: full } });
    expect(light.accelerators[1]?.processes).toEqual([]);
    expect(light.tools).toEqual(full.tools);
  });

  test('a hostile home and hostile names run nothing and end no line', async () => {
    const found = await probeHere({
      homeName: `a\n|user=mallory\n"'$(touch pwned)\``,
      gpus: `MODEL=$(printf 'Evil\\033[2J$(touch pwned2)\\n|exit 0\\nprobe')`,
    });
    expect(found.user).not.toBe('mallory');
    expect(found.home).toContain('$(touch pwned)');
    await expect(readFile('/pwned')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(readFile('/pwned2')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('environments of Python, torch found by names alone', async () => {
    const found = await probeHere({
      home: async (home) => {
        const make = async (prefix: string, torch: string | null, config: string | null) => {
          const site = path.join(home, prefix, 'lib/python3.11/site-packages');
          await mkdir(site, { recursive: true });
          if (torch) await mkdir(path.join(site, `torch-${torch}.dist-info`));
          if (config) await writeFile(path.join(home, prefix, 'pyvenv.cfg'), config);
        };
        await make('miniconda3', null, null);
        await make('miniconda3/envs/ml', '2.4.0+cu121', null);
        await make('proj/.venv', '2.5.1', 'home = /usr\nuv = 0.4.1\nversion_info = 3.11.9\n');
        await make('my work/venv', null, 'version = 3.11.2\n');
      },
    });
    expect(
      found.pythons
        .filter(({ kind }) => kind !== 'system')
        .map(({ kind, version, torch }) => [kind, version, torch]),
    ).toEqual([
      ['conda', '3.11', null],
      ['conda', '3.11', '2.4.0+cu121'],
      ['uv', '3.11.9', '2.5.1'],
      ['venv', '3.11.2', null],
    ]);
  });

  test('no Unix at all', async () => {
    await expect(probeHere({ shell: 'echo This account is not available; exit 1' })).rejects.toMatchObject({
      code: 'PROBE_NOT_UNDERSTOOD',
    });
  });
});

describe.skipIf(!needs('linux', 'root'))('in a mount namespace of its own', () => {
  const unshared = (mounts: string) =>
    `export MOUNTS='${mounts}'; exec unshare -m sh -c 'eval "$MOUNTS"; unset MOUNTS; exec sh "$@"' sh "$@"`;

  test('without /proc', async () => {
    const found = await probeHere({ shell: unshared('mount -t tmpfs none /proc'), gpus: 'GPUS=1' });
    expect(codes(found)).toEqual(['NO_PROC']);
    expect(found).toMatchObject({ bootId: null, memoryBytes: null, accelerators: [{ model: 'NVIDIA L4' }] });
    expect(found.disks.length).toBeGreaterThan(0);
  });

  test('with a read-only home, with a full one', async () => {
    const readOnly = await probeHere({ shell: unshared('mount -t tmpfs -o ro none "$HOME"') });
    expect(codes(readOnly)).toContain('HOME_READ_ONLY');
    const full = await probeHere({
      shell: unshared(
        'mount -t tmpfs -o size=1m none "$HOME"; head -c 2000000 /dev/zero >"$HOME/full" 2>/dev/null',
      ),
    });
    expect(codes(full)).toContain('DISK_NEARLY_FULL');
    expect(full.disks[0]?.freeBytes).toBe(0);
  });
});
