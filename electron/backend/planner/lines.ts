import { z } from 'zod';
import type { Store } from '#backend/store/index.ts';
import { copyJob } from '#shared/domain/copy.ts';
import type { OwnLine } from '#shared/planner/place/index.ts';

export interface OwnLines {
  lineIn: OwnLine | null;
  lineOut: OwnLine | null;
}

/** Copies of less say more of their files than of the line. */
const leastBytes = 64 * 1_048_576;
const leastMs = 1_000;
/** The best of the last few: the line was shared, or the other end was slower, in the others. */
const looksAt = 5;
const mostCopies = 300;

const kept = z.object({ job: copyJob });

/** What lines to and from machines of one's own have carried, Gbit/s, by the copies that users have made; by machine. */
export function measuredLines(store: Store): Map<string, OwnLines> {
  const rows = store.sql.all<{ content: string }>(
    `SELECT content FROM copies WHERE state = 'done' ORDER BY startedAt DESC LIMIT ${mostCopies}`,
  );
  const into = new Map<string, OwnLine[]>();
  const outOf = new Map<string, OwnLine[]>();
  for (const { content } of rows) {
    const read = kept.safeParse(JSON.parse(content));
    // One of another version says nothing here; whoever lists copies tells of it.
    if (!read.success) continue;
    const { from, to, startedAt, endedAt, progress } = read.data.job;
    const ms = (endedAt ?? startedAt) - startedAt;
    if (from.machineId === to.machineId || progress.doneBytes < leastBytes || ms < leastMs) continue;
    const line: OwnLine = { gbps: (progress.doneBytes * 8) / (ms * 1e6), basis: 'measured', at: endedAt };
    add(into, to.machineId, line);
    add(outOf, from.machineId, line);
  }
  const ids = new Set([...into.keys(), ...outOf.keys()]);
  return new Map([...ids].map((id) => [id, { lineIn: best(into.get(id)), lineOut: best(outOf.get(id)) }]));
}

function add(lines: Map<string, OwnLine[]>, machineId: string, line: OwnLine): void {
  const known = lines.get(machineId) ?? [];
  if (known.length < looksAt) lines.set(machineId, [...known, line]);
}

const best = (lines: readonly OwnLine[] = []): OwnLine | null =>
  lines.reduce<OwnLine | null>((most, line) => (most !== null && most.gbps >= line.gbps ? most : line), null);
