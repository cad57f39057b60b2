/** Builds probe outputs from what the tools of real boxes print, for the parser's tests. */
export const nonce = 'probe-0123456789';

/** A limited command's section: its output, then how it ended. */
export const section = (name: string, output: string, exit: number | null = 0): string => {
  const lines = output === '' ? [] : output.replace(/\n$/, '').split('\n');
  if (exit !== null) lines.push('', `exit ${exit}`);
  return [`${nonce} begin ${name}`, ...lines.map((line) => `|${line}`), `${nonce} end ${name}`].join('\n');
};
export const plain = (name: string, output: string): string => section(name, output, null);

const linuxNow = `boot_id=b63a066e-4818-43ec-b2cf-0f2213ad1254
uptime=1528.89
load1=0.30
memory_kib=263856684
memory_available_kib=240000000`;
const linuxSystem = `user=ada
home=/home/ada
shell=/usr/bin/fish
uname=Linux 6.8.0-45-generic x86_64
host=gpu7
os="Ubuntu 24.04.1 LTS"
cpus=64
cpu_model=AMD EPYC 7543 32-Core Processor`;
const df = `Filesystem     1024-blocks       Used  Available Capacity Mounted on
udev             131904252          0  131904252       0% /dev
/dev/nvme0n1p2   959218776  410000000  500000000      46% /
tmpfs            131928340          8  131928332       1% /dev/shm
/dev/md0       15001000000 9000000000 6001000000      60% /data sets
nfs1:/homes    99999999999 9999999999 89999999999     10% /home`;
const mounts = `rw ext4 /
rw xfs /data\\040sets
ro nfs4 /home`;

export interface Parts {
  now?: string;
  system?: string | null;
  disks?: string;
  more?: readonly string[];
  start?: string;
  end?: string;
}

/** A whole output of a Linux box; `system: null` makes it a light one. */
export function answer(parts: Parts = {}): Uint8Array {
  const text = [
    'Welcome to gpu7!  \u001b[31mnoise\u001b[0m',
    plain('clock', `start=${parts.start ?? '1000.000000000'}`),
    plain('now', parts.now ?? linuxNow),
    ...(parts.system === null
      ? []
      : [
          plain('system', parts.system ?? linuxSystem),
          parts.disks ?? section('disks', df),
          section('mounts', mounts),
        ]),
    ...(parts.more ?? []),
    plain('done', `end=${parts.end ?? '1000.200000000'}`),
    '',
  ].join('\n');
  return new TextEncoder().encode(text);
}

/** `nvidia-smi --query-gpu=<the probe's fields>` of many kinds of box, as drivers print it. */
export const nvidia = {
  l4: '0, GPU-b1b2c3d4-aaaa-bbbb-cccc-000000000001, NVIDIA L4, 23034, 4, 0, 41, 16.62, 72.00, 550.90.07, [N/A]',
  a100: '0, GPU-a1000000-aaaa-bbbb-cccc-000000000001, NVIDIA A100-SXM4-80GB, 81920, 43210, 97, 61, 312.45, 400.00, 535.183.01, Disabled',
  h100: Array.from(
    { length: 8 },
    (_, n) =>
      `${n}, GPU-4100000${n}-aaaa-bbbb-cccc-000000000001, NVIDIA H100 80GB HBM3, 81559, ${n * 1000}, ${n * 10}, ${30 + n}, ${100 + n}.50, 700.00, 570.86.15, Disabled`,
  ).join('\n'),
  mig: `0, GPU-a1000000-aaaa-bbbb-cccc-000000000001, NVIDIA A100-SXM4-40GB, 40960, 1024, [N/A], 33, 55.12, 400.00, 535.183.01, Enabled
1, GPU-a1000000-aaaa-bbbb-cccc-000000000002, NVIDIA A100-SXM4-40GB, 40960, 0, [N/A], 31, 51.00, 400.00, 535.183.01, Enabled
2, GPU-a1000000-aaaa-bbbb-cccc-000000000003, NVIDIA A100-SXM4-40GB, 40960, 0, 0, 30, 50.00, 400.00, 535.183.01, Disabled`,
  migList: `GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-a1000000-aaaa-bbbb-cccc-000000000001)
  MIG 3g.20gb     Device  0: (UUID: MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f)
  MIG 1g.5gb      Device  1: (UUID: MIG-cba663e8-9bed-5b25-b243-5985ef7c9beb)
GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-a1000000-aaaa-bbbb-cccc-000000000002)
GPU 2: NVIDIA A100-SXM4-40GB (UUID: GPU-a1000000-aaaa-bbbb-cccc-000000000003)`,
  rtx4090:
    '0, GPU-40900000-aaaa-bbbb-cccc-000000000001, NVIDIA GeForce RTX 4090, 24564, 812, 3, 38, 21.18, 450.00, 555.58.02, [N/A]',
  gb200:
    '0, GPU-6b200000-aaaa-bbbb-cccc-000000000001, NVIDIA GB200, 189471, 0, 0, 29, 148.32, 1200.00, 610.12, Disabled',
  old: '0, GPU-01d00000-aaaa-bbbb-cccc-000000000001, Tesla K80, 11441, 0, 0, 35, 26.77, 149.00, 470.256.02',
  lost: `0, GPU-10570000-aaaa-bbbb-cccc-000000000001, NVIDIA RTX A6000, 49140, 10, 0, 40, 20.10, 300.00, 550.90.07, [N/A]
1, GPU-10570000-aaaa-bbbb-cccc-000000000002, NVIDIA RTX A6000, [GPU is lost], [GPU is lost], [GPU is lost], [GPU is lost], [GPU is lost], [GPU is lost], [GPU is lost], [GPU is lost]
2, GPU-10570000-aaaa-bbbb-cccc-000000000003, NVIDIA RTX A6000, 49140, [Unknown Error], [Unknown Error], [Unknown Error], [Unknown Error], 300.00, 550.90.07, [N/A]
3, GPU-10570000-aaaa-bbbb-cccc-000000000004, NVIDIA RTX A6000, 49140, 3, [GPU requires reset], 40, [GPU requires reset], 300.00, 550.90.07, [N/A]`,
  jetpack6: '0, [N/A], Orin (nvgpu), [N/A], [N/A], [N/A], [N/A], [N/A], [N/A], 540.3.0, [N/A]',
  table: `+-----------------------------------------------------------------------------------------+
| NVIDIA-SMI 550.90.07              Driver Version: 550.90.07      CUDA Version: 12.4     |
|-----------------------------------------+------------------------+----------------------+`,
  table610: `+-----------------------------------------------------------------------------------------+
| NVIDIA-SMI 610.12                 KMD Version: 610.12        CUDA UMD Version: 13.2     |
|-----------------------------------------+------------------------+----------------------+`,
} as const;
