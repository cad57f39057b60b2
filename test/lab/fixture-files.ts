import { api } from '#backend/api/index.ts';
import type { CodeDifference, FileEntry, FilePreview, Listing } from '#shared/domain/box-file.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Machine } from '#shared/domain/machine.ts';

/** A made-up disk: directories, and files with what their preview is. What is written, renamed and removed stays so. */
type Node = { kind: 'directory'; names: Set<string> } | { kind: 'file'; bytes: number; preview: FilePreview };

const minute = 60_000;
const dot =
  'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC';

const text = (
  content: string,
  language: Extract<FilePreview, { kind: 'text' }>['language'],
): FilePreview => ({
  kind: 'text',
  text: content,
  language,
  cut: false,
  editable: true,
  newline: content.includes('\r\n') ? '\r\n' : '\n',
});

const training = `import argparse

import torch
from torch.nn.parallel import DistributedDataParallel


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=8.2e-5)
    parser.add_argument("--resume", action="store_true")
    options = parser.parse_args()
    model = DistributedDataParallel(build().cuda())
    # Warm-up is part of the schedule, not of the optimiser.
    optimiser = torch.optim.AdamW(model.parameters(), lr=options.lr)
    for step, batch in enumerate(batches()):
        loss = model(batch).loss
        loss.backward()
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        if step % 100 == 0:
            print(f"step {step}  loss={loss.item():.4f}")


if __name__ == "__main__":
    main()
`;

function tensors(): FilePreview {
  const layers = Array.from({ length: 32 }, (_, layer) =>
    ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'mlp.up', 'mlp.down', 'norm'].map((part) => {
      const shape = part === 'norm' ? [4096] : part.startsWith('mlp') ? [4096, 14_336] : [4096, 4096];
      const count = shape.reduce((product, size) => product * size, 1);
      return { name: `model.layers.${layer}.${part}.weight`, dtype: 'BF16', shape, bytes: count * 2 };
    }),
  ).flat();
  const bytes = layers.reduce((sum, tensor) => sum + tensor.bytes, 0);
  return {
    kind: 'tensors',
    format: 'safetensors',
    tensors: layers,
    total: layers.length,
    parameters: bytes / 2,
    metadata: { format: 'pt', step: '18000' },
  };
}

/** What is below the home, by path without it. */
const files: Record<string, [number, FilePreview]> = {
  'README.md': [
    612,
    text('# llama-sft\n\nFine-tuning on *ticket data*.\n\n- 8 × H100\n- bf16\n', 'markdown'),
  ],
  'llama/train.py': [training.length, text(training, 'python')],
  'llama/config.yaml': [
    64,
    text('epochs: 3\nlr: 8.2e-5\nwarmup: 1500\ndata:\n  - tickets\n  - forum\n', 'yaml'),
  ],
  'llama/windows.txt': [24, text('first\r\nsecond\r\n', 'plain')],
  'llama/results.json': [
    220,
    text(
      '{"loss": 0.0812, "steps": 18000, "best": {"step": 17400, "loss": 0.0794}, "tags": ["sft", "bf16"]}',
      'json',
    ),
  ],
  'llama/metrics.jsonl': [
    4000,
    text(
      Array.from({ length: 40 }, (_, n) => `{"step": ${n * 100}, "loss": ${(2 / (n + 1)).toFixed(3)}}`).join(
        '\n',
      ),
      'jsonl',
    ),
  ],
  'llama/scores.csv': [
    9000,
    {
      kind: 'table',
      separator: ',',
      columns: ['prompt', 'tokens', 'score'],
      rows: Array.from({ length: 300 }, (_, n) => [`ticket ${n}`, `${(n * 37) % 900}`, (n / 300).toFixed(3)]),
      cut: false,
    },
  ],
  'llama/loss.png': [2400, { kind: 'image', mime: 'image/png', base64: dot, width: 10, height: 10 }],
  'llama/explore.ipynb': [
    5200,
    {
      kind: 'notebook',
      language: 'python',
      cut: false,
      cells: [
        { kind: 'markdown', source: '# How long are the tickets?', outputs: [], count: null },
        {
          kind: 'code',
          source: 'lengths = [len(t) for t in tickets]\nmax(lengths)',
          outputs: [{ text: '8123\n', error: false }],
          count: 1,
        },
        { kind: 'code', source: 'plot(lengths)', outputs: [{ mime: 'image/png', base64: dot }], count: 2 },
      ],
    },
  ],
  'llama/model.safetensors': [16_060_522_496, tensors()],
  'llama/data.tar': [
    9_400_000,
    { kind: 'archive', format: 'tar', names: ['data/', 'data/a.txt', 'data/b.txt'], cut: false },
  ],
  'llama/core.bin': [
    4096,
    {
      kind: 'binary',
      base64: Buffer.from(Array.from({ length: 1024 }, (_, n) => n % 256)).toString('base64'),
    },
  ],
  'llama/huge.json': [
    9_000_000_000,
    { kind: 'none', why: 'FILE_NOT_REGULAR', params: { path: 'huge.json', machine: 'heron' } },
  ],
  'llama/empty.txt': [0, { kind: 'empty' }],
  'llama/evil\nname \u202etxt.sh': [31, text('echo harmless\n', 'shell')],
  '.bashrc': [120, text('alias ll="ls -l"\n', 'shell')],
};
const manyEntries = 10_000;

export function fixtureFiles(machines: readonly Machine[], now: number) {
  const home = '/home/mei';
  const disks = new Map<string, Map<string, Node>>();
  const versions = new Map<string, number>();
  const listings = new Map<string, { machineId: string; path: string; entries: FileEntry[]; at: number }>();
  const nameOf = (id: string) => machines.find((machine) => machine.id === id)?.name ?? id;

  function newDisk(): Map<string, Node> {
    const disk = new Map<string, Node>([['/', { kind: 'directory', names: new Set() }]]);
    for (const [path, [bytes, preview]] of Object.entries(files))
      put(disk, `${home}/${path}`, { kind: 'file', bytes, preview });
    for (const path of ['/root', `${home}/empty`, `${home}/llama/checkpoints`, `${home}/many`])
      directory(disk, path);
    for (let step = 0; step < manyEntries; step += 1) {
      const name = `step-${step}.log`;
      put(disk, `${home}/many/${name}`, {
        kind: 'file',
        bytes: step * 37,
        preview: text(`step ${step}\n`, 'log'),
      });
    }
    return disk;
  }
  /** Throws as the backend does for a machine that cannot be asked. */
  function diskOf(machineId: string): Map<string, Node> {
    const machine = machines.find(({ id }) => id === machineId);
    if (machine?.connectionState !== 'connected')
      throw new TrainyardError('SSH_UNREACHABLE', `${nameOf(machineId)} cannot be reached.`, {
        params: { host: nameOf(machineId), port: '22' },
        retryable: true,
      });
    let disk = disks.get(machineId);
    if (!disk) {
      disk = newDisk();
      disks.set(machineId, disk);
    }
    return disk;
  }
  const absolute = (path: string) =>
    path
      .replace(/^~/, home)
      .replace(/(.)\/+$/, '$1')
      .replace(/\/\/+/g, '/') || '/';
  const parent = (path: string) => path.slice(0, Math.max(1, path.lastIndexOf('/')));
  const base = (path: string) => path.slice(path.lastIndexOf('/') + 1);
  const fail = (code: string, machineId: string, path: string, sentence: string) =>
    new TrainyardError(code, `${path} on ${nameOf(machineId)}: ${sentence}.`, {
      params: { path, machine: nameOf(machineId), modifiedAt: now },
    });
  function directory(disk: Map<string, Node>, path: string): Set<string> {
    const there = disk.get(path);
    if (there?.kind === 'directory') return there.names;
    const names = new Set<string>();
    disk.set(path, { kind: 'directory', names });
    directory(disk, parent(path)).add(base(path));
    return names;
  }
  function put(disk: Map<string, Node>, path: string, node: Node): void {
    disk.set(path, node);
    directory(disk, parent(path)).add(base(path));
  }
  function find(machineId: string, path: string): [Map<string, Node>, string, Node] {
    const disk = diskOf(machineId);
    const whole = absolute(path);
    if (whole === '/root' || whole.startsWith('/root/'))
      throw fail('FILE_DENIED', machineId, whole, 'permission denied');
    const node = disk.get(whole);
    if (!node) throw fail('FILE_NOT_FOUND', machineId, whole, 'there is no such file');
    return [disk, whole, node];
  }
  const entryOf = (name: string, node: Node, index = 0): FileEntry => ({
    name,
    kind: node.kind,
    bytes: node.kind === 'file' ? node.bytes : 4096,
    modifiedAt: now - ((index * 97) % 5000) * minute,
    mode: node.kind === 'file' ? 'rw-r--r--' : 'rwxr-xr-x',
    owner: 'mei',
    target: null,
  });
  const version = (machineId: string, path: string) => `${versions.get(`${machineId} ${path}`) ?? 1}`;

  interface Page {
    by: 'name' | 'bytes' | 'modifiedAt' | 'kind';
    descending: boolean;
    search: string;
    hidden: boolean;
    offset: number;
    limit: number;
  }
  function pageOf(listingId: string, order: Page): Listing {
    const kept = listings.get(listingId);
    if (!kept)
      throw new TrainyardError('LISTING_GONE', 'This list of a folder is no longer kept. List it anew.');
    const wanted = order.search.toLowerCase();
    const shown = kept.entries
      .filter(({ name }) => (order.hidden || !name.startsWith('.')) && name.toLowerCase().includes(wanted))
      .sort((a, b) => {
        const folders = Number(b.kind === 'directory') - Number(a.kind === 'directory');
        const by = order.by === 'name' || order.by === 'kind' ? 0 : a[order.by] - b[order.by];
        const sign = order.descending ? -1 : 1;
        return (
          folders ||
          by * sign ||
          a.name.localeCompare(b.name, 'en', { numeric: true }) * (order.by === 'name' ? sign : 1)
        );
      });
    return {
      listingId,
      machineId: kept.machineId,
      path: kept.path,
      total: shown.length,
      all: kept.entries.length,
      entries: shown.slice(order.offset, order.offset + order.limit),
      listedAt: kept.at,
      freeBytes: 1.9e12,
      writable: true,
    };
  }
  const below = (disk: Map<string, Node>, path: string) =>
    [...disk].filter(([other]) => other === path || other.startsWith(`${path}/`));

  return api.files.router({
    list: api.files.list.handler(({ input }) => {
      const [disk, path, node] = find(input.machineId, input.path);
      if (node.kind !== 'directory')
        throw fail('FILE_NOT_A_DIRECTORY', input.machineId, path, 'it is no folder');
      const entries = [...node.names].flatMap((name, index) => {
        const child = disk.get(path === '/' ? `/${name}` : `${path}/${name}`);
        return child ? [entryOf(name, child, index)] : [];
      });
      const listingId = `${listings.size + 1}`;
      listings.set(listingId, { machineId: input.machineId, path, entries, at: Date.now() });
      return pageOf(listingId, input);
    }),
    page: api.files.page.handler(({ input }) => pageOf(input.listingId, input)),
    stat: api.files.stat.handler(({ input }) => {
      const [, path, node] = find(input.machineId, input.path);
      return {
        path,
        entry: entryOf(base(path), node),
        version: version(input.machineId, path),
        writable: true,
      };
    }),
    preview: api.files.preview.handler(({ input }) => {
      const [, path, node] = find(input.machineId, input.path);
      if (node.kind === 'directory')
        throw fail('FILE_IS_A_DIRECTORY', input.machineId, path, 'it is a folder');
      return {
        entry: entryOf(base(path), node),
        version: version(input.machineId, path),
        preview: node.preview,
      };
    }),
    read: api.files.read.handler(() => ({ base64: '', totalBytes: 0, version: '1' })),
    write: api.files.write.handler(({ input }) => {
      const disk = diskOf(input.machineId);
      const path = absolute(input.path);
      const is = disk.has(path) ? version(input.machineId, path) : null;
      if (is !== input.version) throw fail('FILE_CHANGED', input.machineId, path, 'it is not as it was');
      const before = disk.get(path);
      const language =
        before?.kind === 'file' && before.preview.kind === 'text' ? before.preview.language : 'plain';
      put(disk, path, {
        kind: 'file',
        bytes: Buffer.byteLength(input.text),
        preview: text(input.text, language),
      });
      versions.set(`${input.machineId} ${path}`, Number(is ?? 0) + 1);
      return { version: version(input.machineId, path) };
    }),
    makeDirectory: api.files.makeDirectory.handler(({ input }) => {
      const disk = diskOf(input.machineId);
      const path = absolute(input.path);
      if (disk.has(path)) throw fail('FILE_EXISTS', input.machineId, path, 'it is there already');
      directory(disk, path);
      return { path };
    }),
    rename: api.files.rename.handler(({ input }) => {
      const [disk, path] = find(input.machineId, input.path);
      const to = absolute(input.to);
      if (disk.has(to)) throw fail('FILE_EXISTS', input.machineId, to, 'it is there already');
      for (const [other, node] of below(disk, path)) {
        disk.delete(other);
        disk.set(to + other.slice(path.length), node);
      }
      directory(disk, parent(path)).delete(base(path));
      directory(disk, parent(to)).add(base(to));
      return { path: to };
    }),
    measure: api.files.measure.handler(({ input }) => {
      const sum = { files: 0, directories: 0, bytes: 0, complete: true };
      for (const each of input.paths) {
        const [disk, path] = find(input.machineId, each);
        for (const [, node] of below(disk, path)) {
          if (node.kind === 'directory') sum.directories += 1;
          else sum.files += 1;
          sum.bytes += node.kind === 'file' ? node.bytes : 0;
        }
      }
      return sum;
    }),
    remove: api.files.remove.handler(({ input }) => {
      let removed = 0;
      for (const each of input.paths) {
        const [disk, path] = find(input.machineId, each);
        for (const [other] of below(disk, path)) {
          disk.delete(other);
          removed += 1;
        }
        directory(disk, parent(path)).delete(base(path));
      }
      return { removed };
    }),
    find: api.files.find.handler(() => ({ paths: [], complete: true })),
    codeChanges: api.files.codeChanges.handler(() => ({
      directory: `${home}/llama`,
      differences: differences(),
    })),
    codeChange: api.files.codeChange.handler(({ input }) =>
      input.path.endsWith('.bin')
        ? { before: null, now: null, binary: true }
        : {
            before: input.path === 'notes.md' ? null : training,
            now: training.replace('lr=options.lr', 'lr=options.lr, fused=True').replace('% 100', '% 50'),
            binary: false,
          },
    ),
  });
}

const differences = (): CodeDifference[] => [
  { path: 'train.py', change: 'changed', beforeBytes: 812, nowBytes: 824 },
  { path: 'notes.md', change: 'added', beforeBytes: null, nowBytes: 90 },
  { path: 'old/prepare.py', change: 'removed', beforeBytes: 412, nowBytes: null },
  { path: 'weights.bin', change: 'changed', beforeBytes: 4096, nowBytes: 4096 },
];
