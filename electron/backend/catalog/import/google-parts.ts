import type { SkypilotRow } from './skypilot.ts';

/** Machines that come with their accelerators, by accelerator and how many (Google's own list of machine types). */
const builtIn: Record<string, Record<number, readonly string[]>> = {
  A100: {
    1: ['a2-highgpu-1g'],
    2: ['a2-highgpu-2g'],
    4: ['a2-highgpu-4g'],
    8: ['a2-highgpu-8g'],
    16: ['a2-megagpu-16g'],
  },
  'A100-80GB': {
    1: ['a2-ultragpu-1g'],
    2: ['a2-ultragpu-2g'],
    4: ['a2-ultragpu-4g'],
    8: ['a2-ultragpu-8g'],
  },
  L4: {
    1: ['g2-standard-4', 'g2-standard-8', 'g2-standard-12', 'g2-standard-16', 'g2-standard-32'],
    2: ['g2-standard-24'],
    4: ['g2-standard-48'],
    8: ['g2-standard-96'],
  },
  H100: {
    1: ['a3-highgpu-1g'],
    2: ['a3-highgpu-2g'],
    4: ['a3-highgpu-4g'],
    8: ['a3-highgpu-8g', 'a3-edgegpu-8g'],
  },
  'H100-MEGA': { 8: ['a3-megagpu-8g'] },
  H200: { 8: ['a3-ultragpu-8g'] },
  B200: { 8: ['a4-highgpu-8g'] },
};

/** Processors that go with accelerators added to an n1 machine, as SkyPilot chooses them; others: 8 each. */
const processors: Record<string, Record<number, number>> = {
  K80: { 1: 4, 2: 8, 4: 16, 8: 32 },
  T4: { 1: 4, 2: 8, 4: 48 },
};
/** Memory that the machine has at least, per processor. */
const gibPerProcessor = 4;

/** Machines that cannot be had without accelerators: alone their price is a part. */
export const hostOfAccelerators = /^(a[2-9]|g[2-9])-/;

/**
 * Google sells machines and accelerators apart, and some machines wholly in one of the two. Rows of a zone are put together:
 * the row of an accelerator has the price of all of them, the host's is added to it.
 */
export class GoogleParts {
  /** By zone, then instance type. */
  readonly #hosts = new Map<string, Map<string, SkypilotRow>>();
  readonly #accelerators: SkypilotRow[] = [];
  readonly #used = new Set<SkypilotRow>();
  leftOver = 0;

  /** True: it is a part, and comes out of `machines`. False: it is an offer by itself. */
  keep(row: SkypilotRow): boolean {
    if (row.instanceType === '') {
      if (row.accelerator.startsWith('tpu-')) return false;
      this.#accelerators.push(row);
      return true;
    }
    if (row.accelerator !== '') return false;
    const isHost = hostOfAccelerators.test(row.instanceType);
    if (isHost || row.instanceType.startsWith('n1-')) {
      const zone = row.zone ?? row.region;
      const hosts = this.#hosts.get(zone);
      if (hosts) hosts.set(row.instanceType, row);
      else this.#hosts.set(zone, new Map([[row.instanceType, row]]));
    }
    return isHost;
  }

  *machines(): Generator<SkypilotRow> {
    for (const part of this.#accelerators) {
      const hosts = this.#hostsOf(part);
      if (hosts.length === 0) this.leftOver += 1;
      for (const host of hosts) {
        this.#used.add(host);
        const both = together(host, part);
        if (both) yield both;
        else this.leftOver += 1;
      }
    }
    for (const hosts of this.#hosts.values())
      for (const [type, host] of hosts)
        if (hostOfAccelerators.test(type) && !this.#used.has(host)) this.leftOver += 1;
  }

  #hostsOf({ accelerator, count, zone, region }: SkypilotRow): SkypilotRow[] {
    const hosts = this.#hosts.get(zone ?? region);
    if (!hosts) return [];
    const types = builtIn[accelerator];
    if (types) return (types[count] ?? []).flatMap((type) => hosts.get(type) ?? []);
    const vCpus = processors[accelerator]?.[count] ?? 8 * count;
    let cheapest: SkypilotRow | null = null;
    for (const [type, host] of hosts)
      if (
        type.startsWith('n1-') &&
        (host.vCpus ?? 0) >= vCpus &&
        (host.memoryGiB ?? 0) >= vCpus * gibPerProcessor &&
        host.onDemand !== null &&
        host.onDemand < (cheapest?.onDemand ?? Number.POSITIVE_INFINITY)
      )
        cheapest = host;
    return cheapest === null ? [] : [cheapest];
  }
}

/** Null where neither way of paying has both parts. */
function together(host: SkypilotRow, part: SkypilotRow): SkypilotRow | null {
  const sum = (one: number | null, other: number | null) =>
    one === null || other === null || one + other === 0 ? null : one + other;
  const onDemand = sum(host.onDemand, part.onDemand);
  const spot = sum(host.spot, part.spot);
  if (onDemand === null && spot === null) return null;
  return {
    ...host,
    row: part.row,
    // An n1 machine of one's own making has no name of Google's.
    instanceType: host.instanceType.startsWith('n1-')
      ? `${host.instanceType}+${part.count}x${part.accelerator}`
      : host.instanceType,
    accelerator: part.accelerator,
    count: part.count,
    gpuInfo: part.gpuInfo,
    onDemand,
    spot,
  };
}
