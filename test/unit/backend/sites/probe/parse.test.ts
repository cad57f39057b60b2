import { describe, expect, it, test } from 'vitest';
import { parseProbe } from '#backend/sites/probe/parse.ts';
import { type Inventory, inventory as inventorySchema } from '#shared/domain/machine.ts';
import { answer, nonce, nvidia, type Parts, plain, section } from './answers.ts';

const timing = { nonce, sentAt: 1_000_000, receivedAt: 1_000_300, tookMs: 300 };
function parse(parts: Parts = {}, previous: Inventory | null = null): Inventory {
  const found = parseProbe({ output: answer(parts), ...timing }, previous);
  expect(found).not.toBeNull();
  return inventorySchema.parse(found);
}
const gpus = (rows: string, ...more: string[]) => parse({ more: [section('nvidia', rows), ...more] });
const codes = ({ warnings }: Inventory) => warnings.map(({ code }) => code);
const gib = 1024 ** 3;

test('a Linux box, behind the noise of its login', () => {
  expect(parse()).toMatchObject({
    takenAt: 1_000_300,
    hostName: 'gpu7',
    os: 'Ubuntu 24.04.1 LTS',
    kernel: '6.8.0-45-generic',
    architecture: 'x86_64',
    bootId: 'b63a066e-4818-43ec-b2cf-0f2213ad1254',
    uptimeMs: 1_528_890,
    user: 'ada',
    loginShell: '/usr/bin/fish',
    cpuCount: 64,
    load1: 0.3,
    memoryBytes: 263_856_684 * 1024,
    clockSkewMs: -50,
    warnings: [],
  });
});

test('disks: the home’s first, names with spaces, read-only, none that is no place for data', () => {
  expect(parse().disks).toEqual([
    expect.objectContaining({ path: '/home', filesystem: 'nfs4', readOnly: true }),
    expect.objectContaining({ path: '/data sets', filesystem: 'xfs', sizeBytes: 15_001_000_000 * 1024 }),
    expect.objectContaining({ path: '/', filesystem: 'ext4', freeBytes: 500_000_000 * 1024 }),
  ]);
});

test('a full home disk, a hanging df, a read-only home, no /proc are said', () => {
  const full = 'F 1024-blocks Used Available Capacity Mounted on\n/dev/sda1 50000000 49990000 10000 100% /';
  expect(codes(parse({ disks: section('disks', full) }))).toEqual(['DISK_NEARLY_FULL']);
  const hung = `${section('disks', full, 137).replace(/\n[^\n]*$/, '')}\n|/dev/sda1 50000000 1 40000000 1% /\n|\n|exit 0\n${nonce} end disks`;
  expect(codes(parse({ disks: hung }))).toEqual(['DISKS_NOT_ANSWERING']);
  const system = 'user=ada\nhome=/home/ada\nhome_state=read-only\nuname=Linux 6 x86_64\nproc=missing';
  expect(codes(parse({ system }))).toEqual(['HOME_READ_ONLY', 'NO_PROC']);
});

describe('NVIDIA', () => {
  it.each([
    ['L4', nvidia.l4, 'NVIDIA L4', 23_034, '550.90.07'],
    ['A100', nvidia.a100, 'NVIDIA A100-SXM4-80GB', 81_920, '535.183.01'],
    ['RTX 4090', nvidia.rtx4090, 'NVIDIA GeForce RTX 4090', 24_564, '555.58.02'],
    ['GB200', nvidia.gb200, 'NVIDIA GB200', 189_471, '610.12'],
  ])('%s', (_, row, model, mib, driver) => {
    const found = gpus(row);
    expect(found.accelerators).toMatchObject([
      { index: 0, vendor: 'nvidia', model, memoryBytes: mib * 1024 * 1024, fault: null, mig: null },
    ]);
    expect(found.driverVersion).toBe(driver);
    expect(codes(found)).toEqual([]);
  });

  it('eight H100', () => {
    const { accelerators } = gpus(nvidia.h100);
    expect(accelerators.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(accelerators[7]).toMatchObject({
      utilisation: 70,
      temperatureC: 37,
      powerW: 107.5,
      powerLimitW: 700,
    });
  });

  it('MIG: the card, then its slices; MIG without slices is a fault', () => {
    const { accelerators } = gpus(nvidia.mig, section('nvidia-list', nvidia.migList));
    expect(accelerators.map(({ index, mig, fault }) => [index, mig?.profile ?? null, fault])).toEqual([
      [0, null, null],
      [100, '3g.20gb', null],
      [101, '1g.5gb', null],
      [1, null, 'MIG is on, but it has no instance to run on'],
      [2, null, null],
    ]);
    expect(accelerators[1]).toMatchObject({
      uuid: 'MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f',
      memoryBytes: 20 * gib,
      utilisation: null,
    });
  });

  it('lost, unknown error, needs reset', () => {
    const found = gpus(nvidia.lost);
    expect(found.accelerators.map(({ fault }) => fault?.slice(0, 12) ?? null)).toEqual([
      null,
      'fell off the',
      'does not ans',
      'needs a rese',
    ]);
    expect(codes(found)).toEqual(['GPU_FAULT']);
  });

  it('an old driver that refuses a field, and one that refuses nearly all', () => {
    const refused = 'Field "mig.mode.current" is not a valid field to query.\n';
    expect(parse({ more: [section('nvidia', refused, 2), section('nvidia-old', nvidia.old)] })).toMatchObject(
      { driverVersion: '470.256.02', accelerators: [{ model: 'Tesla K80', powerLimitW: 149 }] },
    );
    const least = `${refused}\n\nexit 2\n0, GPU-01d0, Tesla K40c, 11441, 12, 390.157`;
    expect(parse({ more: [section('nvidia', refused, 2), section('nvidia-old', least)] })).toMatchObject({
      driverVersion: '390.157',
      accelerators: [{ model: 'Tesla K40c', utilisation: null }],
    });
  });

  it.each([
    [
      'no driver',
      'GPU_DRIVER_MISSING',
      "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure …",
      9,
    ],
    [
      'mismatch',
      'GPU_DRIVER_MISMATCH',
      'Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 550.54',
      18,
    ],
    ['other NVML failure', 'GPU_TOOL_FAILED', 'Failed to initialize NVML: Insufficient Permissions', 4],
    [
      'all lost',
      'GPU_FAULT',
      'Unable to determine the device handle for GPU0000:0B:00.0: GPU is lost.  Reboot …',
      15,
    ],
    ['hangs', 'GPU_TOOL_ENDED', '', 137],
  ])('%s → %s', (_, code, said, exit) => {
    expect(codes(parse({ more: [section('nvidia', said, exit)] }))).toEqual([code]);
  });

  it('without end: the section has no last line', () => {
    expect(codes(parse({ more: [plain('nvidia', 'xxxx\n'.repeat(1000))] }))).toEqual(['GPU_TOOL_ENDED']);
  });

  it('CUDA’s version, also in the words of driver 610', () => {
    expect(gpus(nvidia.l4, section('nvidia-table', nvidia.table)).cudaVersion).toBe('12.4');
    expect(gpus(nvidia.gb200, section('nvidia-table', nvidia.table610)).cudaVersion).toBe('13.2');
  });

  it('who uses which GPU, and for which run; secrets on command lines are not kept', () => {
    const { accelerators } = gpus(
      nvidia.a100,
      section(
        'nvidia-processes',
        'GPU-a1000000-aaaa-bbbb-cccc-000000000001, 4711, 20000\nGPU-a1000000-aaaa-bbbb-cccc-000000000001, 4712, [N/A]',
      ),
      section(
        'processes',
        '4711\tada\t0123456789ab\tpython train.py --api-key=sk-12345 --lr 1\n4712\tbob\tNOT A RUN!!\t\u001b[2Jevil\u0007',
      ),
    );
    expect(accelerators[0]?.processes).toEqual([
      {
        pid: 4711,
        user: 'ada',
        command: 'python train.py --api-key=*** --lr 1',
        memoryBytes: 20_000 * 1024 * 1024,
        runId: '0123456789ab',
      },
      { pid: 4712, user: 'bob', command: 'evil', memoryBytes: null, runId: null },
    ]);
  });

  it('a name with commas, quotes and escapes stays a name', () => {
    const row = `0, GPU-1, NVIDIA, "A\u001b[31m100\u202e", 'x', 1, 2, 3, 4, 5, 6, 550.1, [N/A]`;
    expect(gpus(row).accelerators[0]).toMatchObject({
      model: `NVIDIA, "A100 ", 'x'`,
      memoryBytes: 1024 * 1024,
    });
  });
});

describe('others', () => {
  it('AMD by rocm-smi, behind its warnings', () => {
    const json = JSON.stringify({
      card0: {
        'Device Name': 'AMD Instinct MI300X',
        'Unique ID': '0xabc',
        'Temperature (Sensor junction) (C)': '41.0',
        'Current Socket Graphics Package Power (W)': '138.0',
        'GPU use (%)': '12',
        'VRAM Total Memory (B)': '206141652992',
        'VRAM Total Used Memory (B)': '297783296',
      },
      system: { 'Driver version': '6.8' },
    });
    expect(
      parse({
        more: [section('rocm', `WARNING: AMD GPU device(s) is/are in a low-power state.\n\n${json}`)],
      }),
    ).toMatchObject({
      accelerators: [
        {
          vendor: 'amd',
          model: 'AMD Instinct MI300X',
          memoryBytes: 206_141_652_992,
          utilisation: 12,
          powerW: 138,
        },
      ],
    });
  });

  it('AMD by amd-smi, and by the kernel’s own files', () => {
    const stat = [{ gpu: 0, asic: { market_name: 'MI250X' }, vram: { size: { value: 65536, unit: 'MB' } } }];
    const metric = [
      {
        gpu: 0,
        usage: { gfx_activity: { value: 5, unit: '%' } },
        power: { socket_power: { value: 90, unit: 'W' } },
      },
    ];
    const byTool = [
      section('amd-static', JSON.stringify(stat)),
      section('amd-metric', JSON.stringify(metric)),
    ];
    expect(parse({ more: byTool }).accelerators).toMatchObject([
      { model: 'MI250X', memoryBytes: 64 * gib, utilisation: 5, powerW: 90 },
    ]);
    const line = 'abc\tAMD Radeon Pro W7900\t48301604864\t27803648\t0\t35000\t18000000\t241000000';
    expect(parse({ more: [section('amd-cards', line)] }).accelerators).toMatchObject([
      { model: 'AMD Radeon Pro W7900', temperatureC: 35, powerW: 18, powerLimitW: 241 },
    ]);
  });

  it('Jetson without nvidia-smi, and with JetPack 6’s', () => {
    const tegra = plain('tegra', 'release=# R35 (release), REVISION: 4.1\nmodel=Jetson AGX Orin\nload=503');
    expect(parse({ more: [tegra] }).accelerators).toMatchObject([
      {
        index: 0,
        vendor: 'nvidia',
        model: 'Jetson AGX Orin',
        utilisation: 50.3,
        memoryBytes: 263_856_684 * 1024,
      },
    ]);
    expect(parse({ more: [section('nvidia', nvidia.jetpack6), tegra] }).accelerators).toMatchObject([
      { uuid: '0', model: 'Orin (nvgpu)', utilisation: 50.3, memoryBytes: 263_856_684 * 1024 },
    ]);
  });

  it('a Mac', () => {
    const found = parse({
      start: '1000.N',
      end: '1001.N',
      now: `boot_id=6E8A1B2C-1111-2222-3333-444455556666
boot_time={ sec = 400, usec = 1 } Thu Jan  1
load1={ 2.05 1.90 1.80 }
memory_bytes=34359738368
vm_stat=Mach Virtual Memory Statistics: (page size of 16384 bytes) Pages free: 100. Pages active: 7. Pages inactive: 50. Pages speculative: 10.`,
      system:
        'user=ada\nhome=/Users/ada\nshell=/bin/zsh\nuname=Darwin 24.1.0 arm64\nos=macOS 15.1\ncpus=12\ncpu_model=Apple M2 Max\nproc=missing',
      more: [
        section(
          'apple',
          JSON.stringify({
            SPDisplaysDataType: [
              { sppci_model: 'Apple M2 Max', sppci_cores: '38', spdisplays_vendor: 'sppci_vendor_Apple' },
            ],
          }),
        ),
      ],
    });
    expect(found).toMatchObject({
      uptimeMs: 600_500,
      load1: 2.05,
      memoryAvailableBytes: 160 * 16_384,
      accelerators: [{ vendor: 'apple', model: 'Apple M2 Max (38 cores)', memoryBytes: 34_359_738_368 }],
    });
  });

  it('Pythons and tools', () => {
    const found = parse({
      more: [
        section(
          'pythons',
          'system\t/usr/bin/python3\t3.12.3\t\nconda\t/opt/conda/envs/ml\t3.11\t2.4.0+cu121\nevil\t/x\t3\t\nuv\trelative\t3.1\t',
        ),
        section(
          'tools',
          'docker\tDocker version 27.3.1, build ce12230\nsbatch\tslurm 23.02.7\nflock\t\nBAD NAME\t1.0',
        ),
      ],
    });
    expect(found.pythons).toEqual([
      { kind: 'system', path: '/usr/bin/python3', version: '3.12.3', torch: null },
      { kind: 'conda', path: '/opt/conda/envs/ml', version: '3.11', torch: '2.4.0+cu121' },
    ]);
    expect(found.tools).toEqual({ docker: '27.3.1', sbatch: '23.02.7', flock: '' });
  });
});

describe('the frame', () => {
  it('values cannot end a section or begin another', () => {
    const system = `user=ada\nuser=mallory\nhome=/home/x\n${nonce} end system\n${nonce} begin nvidia\nuname=Linux 6 x86_64`;
    const found = parse({ system });
    expect(found.user).toBe('ada');
    expect(found.kernel).toBe('6');
    expect(found.accelerators).toEqual([]);
  });

  it('is nothing where there is none', () => {
    for (const text of ['', 'This account is currently not available.\n', `${nonce} begin now\n`, '\0\0\0']) {
      const output = new TextEncoder().encode(text);
      expect(parseProbe({ output, ...timing })).toBeNull();
    }
  });

  it('cut short, says so', () => {
    const whole = answer({ more: [section('nvidia', nvidia.l4)] });
    const found = parseProbe({ output: whole.subarray(0, whole.length - 120), ...timing });
    expect(found?.warnings.map(({ code }) => code)).toContain('PROBE_INCOMPLETE');
  });
});

test('a light answer changes what changes by the minute and keeps the rest', () => {
  const before = parse({
    more: [section('nvidia', nvidia.a100), section('tools', 'git\tgit version 2.43.0')],
  });
  const after = parse(
    {
      system: null,
      now: 'load1=9.5\nuptime=1600.00',
      more: [section('nvidia', nvidia.a100.replace('97', '3'))],
    },
    before,
  );
  expect(after).toMatchObject({
    load1: 9.5,
    uptimeMs: 1_600_000,
    tools: { git: '2.43.0' },
    hostName: 'gpu7',
  });
  expect(after.accelerators[0]?.utilisation).toBe(3);
  const stuck = parse({ system: null, more: [section('nvidia', '', 137)] }, before);
  expect(stuck.accelerators).toMatchObject([{ model: 'NVIDIA A100-SXM4-80GB', utilisation: null }]);
  expect(codes(stuck)).toEqual(['GPU_TOOL_ENDED']);
  expect(parseProbe({ output: answer({ system: null }), ...timing }, null)).toBeNull();
});

test('a clock that is an hour off', () => {
  const found = parse({ start: '4600.100000000', end: '4600.200000000' });
  expect(found.clockSkewMs).toBe(3_600_000);
  expect(codes(found)).toEqual(['CLOCK_SKEW']);
  const behind = parse({ start: '400.100000000', end: '400.200000000' });
  expect(codes(behind)).toEqual(['CLOCK_SKEW']);
});

test('a login that takes half a minute does not make the clock wrong', () => {
  const output = answer({ start: '1030.000000000', end: '1030.100000000' });
  const found = parseProbe({ output, ...timing, receivedAt: 1_030_200 });
  expect(found?.clockSkewMs).toBe(14_950);
  expect(found?.warnings).toEqual([]);
});
