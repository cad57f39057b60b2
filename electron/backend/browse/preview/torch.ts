import { Beyond } from './cursor.ts';
import { Damaged, TooLarge } from './damaged.ts';
import type { PreviewFile } from './file.ts';
import { type Pickled, readPickle } from './pickle.ts';
import { elementsOf, type Tensor, type TensorsPreview, tensorsPreview } from './tensors.ts';
import { memberHead, type ZipMember } from './zip.ts';

const largestPickle = 16 * 1024 * 1024;
const mostValues = 2_000_000;
const deepest = 24;

const storages: Record<string, readonly [string, number]> = {
  DoubleStorage: ['float64', 8],
  FloatStorage: ['float32', 4],
  HalfStorage: ['float16', 2],
  BFloat16Storage: ['bfloat16', 2],
  LongStorage: ['int64', 8],
  IntStorage: ['int32', 4],
  ShortStorage: ['int16', 2],
  CharStorage: ['int8', 1],
  ByteStorage: ['uint8', 1],
  BoolStorage: ['bool', 1],
  ComplexDoubleStorage: ['complex128', 16],
  ComplexFloatStorage: ['complex64', 8],
  QInt8Storage: ['qint8', 1],
  QUInt8Storage: ['quint8', 1],
  QInt32Storage: ['qint32', 4],
};

/** The member of a zip that `torch.save` wrote which says what is in it; undefined: it is none. */
export const torchPickle = (members: readonly ZipMember[]): ZipMember | undefined =>
  members.find(({ name }) => /^(?:[^/]+\/)?data\.pkl$/.test(name));

/** The tensors of a file of `torch.save`, told by its pickle, which is followed and not loaded. Throws Damaged, TooLarge. */
export async function torchPreview(file: PreviewFile, pickle: ZipMember): Promise<TensorsPreview> {
  if (pickle.bytes > largestPickle) throw new TooLarge(largestPickle);
  const bytes = await memberHead(file, pickle, pickle.bytes);
  const { tensors, metadata } = torchTensors(bytes);
  return tensorsPreview('pytorch', tensors, metadata);
}

/** Throws Damaged. */
export function torchTensors(bytes: Buffer): { tensors: Tensor[]; metadata: [string, string][] } {
  try {
    const found = { tensors: [] as Tensor[], metadata: [] as [string, string][], seen: 0 };
    visit(readPickle(bytes), '', 0, found);
    return found;
  } catch (thrown) {
    if (thrown instanceof Beyond) throw new Damaged('DAMAGED_CUT_LIST');
    throw thrown;
  }
}

interface Found {
  tensors: Tensor[];
  metadata: [string, string][];
  seen: number;
}

/** Through dicts, lists and the state of objects: a tensor is named by the way to it. */
function visit(value: Pickled, name: string, depth: number, found: Found): void {
  found.seen += 1;
  if (depth > deepest || found.seen > mostValues) return;
  if (typeof value !== 'object' || value === null) {
    if (name !== '' && depth <= 2) found.metadata.push([name, String(value)]);
    return;
  }
  const tensor = tensorOf(value, name);
  if (tensor !== null) found.tensors.push(tensor);
  else if (value.kind === 'dict') visitEntries(value.entries, name, depth, found);
  else if (value.kind === 'list' || value.kind === 'tuple')
    for (const [at, item] of value.items.entries()) visit(item, join(name, String(at)), depth + 1, found);
  else if (value.kind === 'call') {
    visitEntries(value.entries, name, depth, found);
    visit(value.state, name, depth + 1, found);
    visit(value.args, name, depth + 1, found);
  }
}

function visitEntries(entries: [Pickled, Pickled][], name: string, depth: number, found: Found): void {
  for (const [key, item] of entries)
    visit(item, join(name, typeof key === 'object' ? '?' : String(key)), depth + 1, found);
}

const join = (name: string, key: string): string => (name === '' ? key : `${name}.${key}`);

/** A call of one of the functions that put tensors together again. */
function tensorOf(value: Pickled & object, name: string, depth = 0): Tensor | null {
  // A pickle can hold itself.
  if (depth > 4) return null;
  if (value.kind !== 'call' || typeof value.callee !== 'object' || value.callee?.kind !== 'global')
    return null;
  const args = itemsOf(value.args);
  switch (value.callee.name) {
    case 'torch._utils._rebuild_parameter':
    case 'torch._utils._rebuild_parameter_with_state': {
      const [inner] = args;
      return typeof inner === 'object' && inner !== null ? tensorOf(inner, name, depth + 1) : null;
    }
    case 'torch._tensor._rebuild_from_type_v2':
    case 'torch.tensor._rebuild_from_type_v2':
      return tensorOf(
        { kind: 'call', callee: args[0] ?? null, args: args[2] ?? null, state: null, entries: [] },
        name,
        depth + 1,
      );
    case 'torch._utils._rebuild_tensor':
    case 'torch._utils._rebuild_tensor_v2':
    case 'torch._utils._rebuild_tensor_v3':
    case 'torch._utils._rebuild_qtensor':
      return ofStorage(args, name);
    default:
      return null;
  }
}

function ofStorage([storage, , size]: Pickled[], name: string): Tensor | null {
  if (typeof storage !== 'object' || storage?.kind !== 'stored') return null;
  const kind = itemsOf(storage.id)[1];
  const global = typeof kind === 'object' && kind?.kind === 'global' ? kind.name : '';
  const [dtype, bytes] = storages[global.slice(global.lastIndexOf('.') + 1)] ?? ['unknown', 0];
  const shape = itemsOf(size ?? null).map((one) => (typeof one === 'number' && one >= 0 ? one : 0));
  return { name: name === '' ? 'tensor' : name, dtype, shape, bytes: elementsOf(shape) * bytes };
}

const itemsOf = (value: Pickled): Pickled[] =>
  typeof value === 'object' && value !== null && 'items' in value ? value.items : [];
