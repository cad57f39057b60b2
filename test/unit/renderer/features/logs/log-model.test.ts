import { describe, expect, it } from 'vitest';
import { LogModel, type LogSource } from '#renderer/features/logs/log-model.ts';
import { textOf } from '#renderer/features/logs/terminal-line.ts';
import type { StreamHandlers } from '#renderer/rpc/index.ts';
import { until } from '#test/until.ts';

const encoder = new TextEncoder();

/** A log in memory that can grow, and whose connection can be watched. */
class MemoryLog implements LogSource {
  bytes: Uint8Array;
  reads = 0;
  readonly streams = new Set<{ handlers: StreamHandlers; at: number }>();

  constructor(text: string) {
    this.bytes = encoder.encode(text);
  }

  async read(offset: number, length: number) {
    this.reads += 1;
    return { bytes: this.bytes.slice(offset, offset + length), total: this.bytes.byteLength };
  }

  open(request: { offset: number }, handlers: StreamHandlers) {
    const total = this.bytes.byteLength;
    const at = request.offset < 0 ? Math.max(0, total + request.offset) : request.offset;
    const stream = { handlers, at };
    this.streams.add(stream);
    queueMicrotask(() => {
      if (!this.streams.has(stream)) return;
      handlers.onInfo?.({ offset: at, bytes: total, epoch: 1, live: true, reachable: true });
      this.#flush();
    });
    return { close: () => void this.streams.delete(stream) };
  }

  append(text: string): void {
    const more = encoder.encode(text);
    const joined = new Uint8Array(this.bytes.byteLength + more.byteLength);
    joined.set(this.bytes);
    joined.set(more, this.bytes.byteLength);
    this.bytes = joined;
    this.#flush();
  }

  #flush(): void {
    for (const stream of this.streams) {
      while (this.streams.has(stream) && stream.at < this.bytes.byteLength) {
        // Odd pieces: a line or a character is cut anywhere.
        const piece = this.bytes.slice(stream.at, stream.at + 10_007);
        const offset = stream.at;
        stream.at += piece.byteLength;
        void stream.handlers.onBytes?.(piece, offset);
      }
    }
  }
}

const numbered = (count: number) =>
  Array.from({ length: count }, (_, line) => `line ${String(line).padStart(6, '0')} 训练 loss=0.5\n`).join(
    '',
  );
const open = async (log: MemoryLog) => {
  const model = new LogModel(log);
  model.openEnd();
  await until('the end is there', () => !model.state.loading);
  return model;
};
const first = (model: LogModel) => textOf(model.state.lines[0] ?? { spans: [], cells: 0 });
const last = (model: LogModel) => textOf(model.state.lines.at(-1) ?? { spans: [], cells: 0 });

describe('a log', () => {
  it('that is empty is empty, and shows its first line when it comes', async () => {
    const log = new MemoryLog('');
    const model = await open(log);
    expect(model.state).toMatchObject({ total: 0, live: true });
    log.append('hello');
    expect(last(model)).toBe('hello');
    log.append(' world\n');
    expect(model.state.lines.map(textOf)).toEqual(['hello world']);
    model.close();
  });

  it('opens at its end without reading the rest, beginning with a whole line', async () => {
    const log = new MemoryLog(numbered(50_000));
    const model = await open(log);
    expect(log.reads).toBe(0);
    expect(last(model)).toBe('line 049999 训练 loss=0.5');
    expect(first(model)).toMatch(/^line \d{6} 训练 loss=0\.5$/);
    expect(model.state.from).toBe(model.state.lines[0]?.offset);
    expect(model.state.to).toBe(log.bytes.byteLength);
    model.close();
  });

  it('loads what is before, each line once, and says by how many lines it moved', async () => {
    const log = new MemoryLog(numbered(50_000));
    const model = await open(log);
    const before = first(model);
    await model.loadBefore();
    const moved = model.takeShift();
    expect(textOf(model.state.lines[moved] ?? { spans: [], cells: 0 })).toBe(before);
    while (model.state.from > 0) await model.loadBefore();
    expect(model.state.lines.map(textOf).join('\n')).toBe(numbered(50_000).trimEnd());
    model.close();
  });

  it('goes anywhere, on from there, and follows again when it has come to the end', async () => {
    const log = new MemoryLog(numbered(50_000));
    const model = await open(log);
    const lineBytes = encoder.encode('line 000000 训练 loss=0.5\n').byteLength;
    const index = await model.goTo(lineBytes * 20_000 + 3);
    expect(textOf(model.state.lines[index] ?? { spans: [], cells: 0 })).toBe('line 020000 训练 loss=0.5');
    expect(model.isAttached).toBe(false);
    log.append('new 1\nnew 2\n');
    expect(model.state.unread).toBe(2);
    expect(model.state.total).toBe(log.bytes.byteLength);
    while (!model.isAttached) await model.loadAfter();
    await until('the end is there', () => last(model) === 'new 2');
    log.append('new 3\n');
    expect(last(model)).toBe('new 3');
    const shown = model.state.lines.map(textOf);
    expect(new Set(shown).size).toBe(shown.length);
    model.close();
  });

  it('counts what came while the reader is further up, and takes nothing away under the eyes', async () => {
    const log = new MemoryLog(numbered(100));
    const model = await open(log);
    model.setFollowing(false);
    log.append('a\nb\nc\n');
    expect(model.state.unread).toBe(3);
    expect(first(model)).toBe('line 000000 训练 loss=0.5');
    model.setFollowing(true);
    expect(model.state.unread).toBe(0);
    model.close();
  });

  it('keeps little of a long one while it is followed', async () => {
    const log = new MemoryLog(numbered(100));
    const model = await open(log);
    for (let times = 0; times < 60; times++) log.append(numbered(3000));
    expect(model.state.to - model.state.from).toBeLessThan(4 * 1024 * 1024);
    expect(model.state.to).toBe(log.bytes.byteLength);
    model.close();
    expect(log.streams.size).toBe(0);
  });

  it('that flows while the reader is further up is let go of at some size, and only counted', async () => {
    const log = new MemoryLog(numbered(100));
    const model = await open(log);
    model.setFollowing(false);
    for (let times = 0; times < 120; times++) log.append(numbered(3000));
    await until('it is only counted', () => !model.isAttached);
    expect(model.state.to - model.state.from).toBeLessThan(10 * 1024 * 1024);
    expect(model.state.total).toBe(log.bytes.byteLength);
    expect(first(model)).toBe('line 000000 训练 loss=0.5');
    model.close();
  });
});
