import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { previewOf } from '#backend/browse/preview/index.ts';
import { tarOfFiles } from '#backend/browse/tar-of-files.ts';
import { filePreview } from '#shared/domain/box-file.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';

const headBytes = 256 * 1024;
const look = (name: string, bytes: Buffer) =>
  previewOf({
    name,
    bytes: bytes.length,
    head: bytes.subarray(0, headBytes),
    read: async (offset, length) => bytes.subarray(Math.max(0, offset), Math.max(0, offset + length)),
  });

const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const u64 = (value: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const word = (text: string) => Buffer.concat([u64(Buffer.byteLength(text)), Buffer.from(text)]);

function safetensors(header: unknown, dataBytes: number): Buffer {
  const text = JSON.stringify(header);
  return Buffer.concat([u64(text.length), Buffer.from(text), Buffer.alloc(dataBytes)]);
}

function npy(header: string, data: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), length, Buffer.from(header), data]);
}

function gguf(): Buffer {
  return Buffer.concat([
    Buffer.from('GGUF'),
    u32(3),
    u64(1),
    u64(2),
    word('general.name'),
    u32(8),
    word('tiny'),
    word('tokens'),
    u32(9),
    u32(8),
    u64(2),
    word('a'),
    word('b'),
    word('blk.0.weight'),
    u32(2),
    u64(256),
    u64(4),
    u32(12),
    u64(0),
    Buffer.alloc(600),
  ]);
}

/** A zip as everybody writes it: local headers, directory, end. */
function zip(members: Record<string, { content: Buffer; deflate?: boolean }>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, { content, deflate = false }] of Object.entries(members)) {
    const data = deflate ? deflateRawSync(content) : content;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(deflate ? 8 : 0, 8);
    local.writeUInt32LE(data.length, 18);
    local.writeUInt32LE(content.length, 22);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(deflate ? 8 : 0, 10);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt32LE(content.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    directory.push(entry, Buffer.from(name));
    parts.push(local, Buffer.from(name), data);
    at += 30 + name.length + data.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(members).length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, listed, end]);
}

const png = Buffer.concat([
  Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
  Buffer.from('0000000d49484452000002800000016808060000000000000000', 'hex'),
]);
const jpeg = Buffer.from(
  'ffd8ffe000104a46494600010100000100010000ffc0001108016802800301220002110103110100',
  'hex',
);
const notebook = {
  nbformat: 4,
  metadata: { kernelspec: { language: 'python' } },
  cells: [
    { cell_type: 'markdown', source: ['# Title\n', '<script>alert(1)</script>'] },
    {
      cell_type: 'code',
      execution_count: 3,
      source: 'print(1)',
      outputs: [
        { output_type: 'stream', name: 'stdout', text: ['1\n'] },
        { output_type: 'display_data', data: { 'image/png': 'iVBO\nRw0=', 'text/html': '<b onclick=x>' } },
        { output_type: 'execute_result', data: { 'text/html': '<script>', 'text/plain': 'plain' } },
        { output_type: 'error', ename: 'E', evalue: 'v', traceback: ['\x1b[31mred\x1b[0m'] },
      ],
    },
  ],
};
/** `torch.save({'w': torch.zeros(2, 3), 'step': 7})` by torch 1.13: the words of its data.pkl. */
const pickle = Buffer.concat([
  Buffer.from(
    '\x80\x02}q\x00(X\x01\x00\x00\x00wq\x01ctorch._utils\n_rebuild_tensor_v2\nq\x02((X\x07\x00\x00\x00storageq\x03ctorch\nFloatStorage\nq\x04X\x01\x00\x00\x000q\x05X\x03\x00\x00\x00cpuq\x06K\x06tq\x07QK\x00K\x02K\x03\x86q\x08K\x03K\x01\x86q\x09\x89ccollections\nOrderedDict\nq\x0a)Rq\x0btq\x0cRq\x0dX\x04\x00\x00\x00stepq\x0eK\x07u.',
    'latin1',
  ),
]);
const samples: Record<string, Buffer> = {
  'plain.txt': Buffer.from('eins\r\nzwei\r\n'),
  'a.csv': Buffer.from('step;loss\n1;"0,5"\n2;"a ""b""\nc"\n'),
  'm.safetensors': safetensors(
    { __metadata__: { format: 'pt' }, w: { dtype: 'BF16', shape: [2, 3], data_offsets: [0, 12] } },
    12,
  ),
  'a.npy': npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", Buffer.alloc(24)),
  'm.gguf': gguf(),
  'z.zip': zip({
    'one.txt': { content: Buffer.from('x') },
    'two/three': { content: Buffer.from('y'), deflate: true },
  }),
  'model.pt': zip({
    'archive/data.pkl': { content: pickle },
    'archive/data/0': { content: Buffer.alloc(24) },
  }),
  'a.npz': zip({
    'x.npy': {
      content: npy("{'descr': '<i8', 'fortran_order': False, 'shape': (4,), }\n", Buffer.alloc(32)),
      deflate: true,
    },
  }),
  'i.png': png,
  'i.jpg': jpeg,
  'n.ipynb': Buffer.from(JSON.stringify(notebook)),
  't.tar': tarOfFiles([{ name: Buffer.from('a/b'), content: Buffer.from('hello'), modifiedAt: 0 }]),
  't.tgz': gzipSync(tarOfFiles([{ name: Buffer.from('c'), content: Buffer.from('hello'), modifiedAt: 0 }])),
  'x.log.gz': gzipSync(Buffer.from('log')),
  'b.bin': Buffer.from([0, 1, 2, 255]),
};

describe('what a file looks like inside', () => {
  test('each kind as it is', async () => {
    const looked = Object.fromEntries(
      await Promise.all(
        Object.entries(samples).map(async ([name, bytes]) => [name, await look(name, bytes)] as const),
      ),
    );
    expect(looked['plain.txt']).toMatchObject({
      kind: 'text',
      editable: true,
      newline: '\r\n',
      language: 'plain',
    });
    expect(looked['a.csv']).toEqual({
      kind: 'table',
      separator: ';',
      columns: ['step', 'loss'],
      rows: [
        ['1', '0,5'],
        ['2', 'a "b"\nc'],
      ],
      cut: false,
    });
    expect(looked['m.safetensors']).toMatchObject({
      format: 'safetensors',
      parameters: 6,
      metadata: { format: 'pt' },
      tensors: [{ name: 'w', dtype: 'BF16', shape: [2, 3], bytes: 12 }],
    });
    expect(looked['a.npy']).toMatchObject({
      format: 'numpy',
      tensors: [{ name: 'a', dtype: 'float32', shape: [2, 3], bytes: 24 }],
    });
    expect(looked['a.npz']).toMatchObject({
      format: 'numpy',
      tensors: [{ name: 'x', dtype: 'int64', shape: [4], bytes: 32 }],
    });
    expect(looked['m.gguf']).toMatchObject({
      format: 'gguf',
      metadata: { 'general.name': 'tiny', tokens: '[a, b]' },
      tensors: [{ name: 'blk.0.weight', dtype: 'Q4_K', shape: [4, 256], bytes: 576 }],
    });
    expect(looked['z.zip']).toEqual({
      kind: 'archive',
      format: 'zip',
      names: ['one.txt', 'two/three'],
      cut: false,
    });
    expect(looked['model.pt']).toMatchObject({
      format: 'pytorch',
      tensors: [{ name: 'w', dtype: 'float32', shape: [2, 3], bytes: 24 }],
      metadata: { step: '7' },
    });
    expect(looked['i.png']).toMatchObject({ kind: 'image', mime: 'image/png', width: 640, height: 360 });
    expect(looked['i.jpg']).toMatchObject({ kind: 'image', mime: 'image/jpeg', width: 640, height: 360 });
    expect(looked['n.ipynb']).toEqual({
      kind: 'notebook',
      language: 'python',
      cut: false,
      cells: [
        { kind: 'markdown', source: '# Title\n<script>alert(1)</script>', outputs: [], count: null },
        {
          kind: 'code',
          source: 'print(1)',
          count: 3,
          outputs: [
            { text: '1\n', error: false },
            { mime: 'image/png', base64: 'iVBORw0=' },
            { text: 'plain', error: false },
            { text: 'red', error: true },
          ],
        },
      ],
    });
    expect(looked['t.tar']).toEqual({ kind: 'archive', format: 'tar', names: ['a/b'], cut: false });
    expect(looked['t.tgz']).toEqual({ kind: 'archive', format: 'tar', names: ['c'], cut: false });
    expect(looked['x.log.gz']).toEqual({ kind: 'archive', format: 'gzip', names: ['x.log'], cut: false });
    expect(looked['b.bin']).toEqual({ kind: 'binary', base64: 'AAEC/w==' });
    expect(await look('empty', Buffer.alloc(0))).toEqual({ kind: 'empty' });
  });

  test('texts: what would come back other than it is cannot be edited; an SVG is a text', async () => {
    const isEditable = async (bytes: Buffer) => {
      const looked = await look('x', bytes);
      return looked.kind === 'text' ? looked.editable : looked.kind;
    };
    expect(await isEditable(Buffer.from('a\r\nb\n'))).toBe(false);
    expect(await isEditable(Buffer.from('50%\r100%\n'))).toBe(false);
    expect(await isEditable(Buffer.from('caf\xe9 au lait, and much more', 'latin1'))).toBe(false);
    expect(await isEditable(Buffer.from('\ufeffmark', 'utf8'))).toBe(true);
    expect(await isEditable(Buffer.from('\ufeffUTF-16 数', 'utf16le'))).toBe(false);
    expect(await look('x', Buffer.from('\ufeffUTF-16 数', 'utf16le'))).toMatchObject({
      kind: 'text',
      text: 'UTF-16 数',
    });
    expect(await isEditable(Buffer.alloc(900_000, 'a\n'))).toBe(true);
    const long = Buffer.from('数'.repeat(500_000));
    expect(await look('x', long)).toMatchObject({ kind: 'text', cut: true, editable: false });
    expect(JSON.stringify(await look('x', long))).not.toContain('\ufffd');
    expect(await look('x.svg', Buffer.from('<svg onload="alert(1)"/>'))).toMatchObject({
      kind: 'text',
      language: 'xml',
    });
    expect(await look('train', Buffer.from('#!/usr/bin/env python3\n'))).toMatchObject({
      language: 'python',
    });
  });

  test('a damaged one says so', async () => {
    const why = async (name: string, bytes: Buffer) => {
      const looked = await look(name, bytes);
      return looked.kind === 'none' ? looked.why : looked.kind;
    };
    for (const name of ['m.safetensors', 'm.gguf', 'z.zip', 'model.pt', 'n.ipynb', 'a.npz']) {
      const whole = samples[name] ?? Buffer.alloc(0);
      expect(await why(name, whole.subarray(0, Math.floor(whole.length * 0.6))), name).toBe(
        'PREVIEW_DAMAGED',
      );
    }
    expect(await why('a.npy', (samples['a.npy'] ?? Buffer.alloc(0)).subarray(0, 80))).toBe('PREVIEW_DAMAGED');
    expect(await why('big.png', Buffer.concat([png, Buffer.alloc(11_000_000)]))).toBe('PREVIEW_TOO_LARGE');
  });

  test('50,000 files with bytes changed, cut, repeated: each gives a preview, none throws or takes long', async () => {
    let seed = 1;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
      return Math.floor((seed / 0x80000000) * below);
    };
    const names = Object.keys(samples);
    const kinds = new Set<string>();
    for (let run = 0; run < 50_000; run += 1) {
      const name = names[run % names.length] ?? '';
      let bytes = Buffer.from(samples[name] ?? Buffer.alloc(0));
      for (let change = random(4); change >= 0; change -= 1) {
        const at = random(bytes.length + 1);
        const how = random(5);
        if (how === 0) bytes = bytes.subarray(0, at);
        else if (how === 1) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(random(at + 1))]);
        else if (how === 2) bytes.fill(255, at, Math.min(bytes.length, at + random(9)));
        else if (bytes.length > 0) bytes[at % bytes.length] = random(256);
      }
      const looked = await look(name, bytes);
      if (run % 10 === 0) filePreview.parse(looked);
      kinds.add(looked.kind === 'none' ? looked.why : looked.kind);
    }
    expect(kinds.size).toBeGreaterThan(8);
  });

  test('pickles that hold themselves, or grow without end, end', async () => {
    const loop = Buffer.from(
      '\x80\x02]q\x00ctorch._utils\n_rebuild_parameter\nh\x00Rq\x01h\x00h\x01ah\x01.',
      'latin1',
    );
    const growing = Buffer.from(`\x80\x02]q\x00${'(h\x00h\x00h\x00h\x00h\x00lq\x00'.repeat(60)}.`, 'latin1');
    for (const content of [loop, growing]) {
      const looked = await look('m.pt', zip({ 'archive/data.pkl': { content } }));
      expect(['tensors', 'none']).toContain(looked.kind);
    }
  });

  test.runIf(needs('torch'))('files that torch itself wrote', async () => {
    const directory = await tempDirectory('torch-previews');
    const program = `
import torch, sys, collections
d = sys.argv[1]
m = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3))
o = torch.optim.AdamW(m.parameters())
m(torch.zeros(2, 4)).sum().backward(); o.step()
torch.save({'model': m.state_dict(), 'optimizer': o.state_dict(), 'epoch': 3}, d + '/checkpoint.pt')
torch.save(m, d + '/module.pt')
torch.save(torch.nn.Parameter(torch.zeros(5, dtype=torch.bfloat16)), d + '/parameter.pt')
torch.save(m.state_dict(), d + '/old.pt', _use_new_zipfile_serialization=False)
torch.jit.script(m).save(d + '/script.pt')
`;
    const made = spawnSync('/usr/bin/python3', ['-c', program, directory], {
      encoding: 'utf8',
      timeout: 120_000,
    });
    expect(made.status, made.stderr).toBe(0);
    const looked = async (name: string) => look(name, readFileSync(path.join(directory, name)));
    const checkpoint = await looked('checkpoint.pt');
    expect(checkpoint).toMatchObject({ kind: 'tensors', format: 'pytorch', metadata: { epoch: '3' } });
    const tensors = checkpoint.kind === 'tensors' ? checkpoint.tensors : [];
    expect(tensors).toContainEqual({ name: 'model.0.weight', dtype: 'float32', shape: [3, 4], bytes: 48 });
    expect(tensors).toContainEqual({
      name: 'model.1.num_batches_tracked',
      dtype: 'int64',
      shape: [],
      bytes: 8,
    });
    expect(tensors).toContainEqual({
      name: 'optimizer.state.0.exp_avg',
      dtype: 'float32',
      shape: [3, 4],
      bytes: 48,
    });
    expect(await looked('parameter.pt')).toMatchObject({
      tensors: [{ dtype: 'bfloat16', shape: [5], bytes: 10 }],
    });
    expect(await looked('module.pt')).toMatchObject({ kind: 'tensors', total: 7 });
    for (const name of readdirSync(directory)) expect((await looked(name)).kind, name).not.toBe('none');
  });
});
