import type { MetricSeries } from '#shared/domain/metric.ts';
import type { Sql } from './sql.ts';
import { mergeEpochs, type Point, thin } from './thin.ts';

/** Points of one chunk: a batch rewrites at most this many (16 bytes each). */
const chunkPoints = 512;
/** A series that grows beyond this is thinned to half by min/max buckets: what is kept stays below 320 KB a series. */
const seriesPoints = 20_000;
/** A program that prints thousands of different names must not fill the disk. */
const seriesPerAttempt = 200;
const nameLength = 200;

interface SeriesRow {
  id: number;
  epoch: number;
  name: string;
  total: number;
  kept: number;
  last: number | null;
}

export interface MetricBatch {
  runId: string;
  epoch: number;
  name: string;
  points: readonly Point[];
}

export class MetricsRepository {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /**
   * Adds points to their series, all in one transaction; record how far the log was read (`logs.setScanned`) in the same
   * one. NaN and infinities may be in it. Returns the names that were refused: too long, or one too many for the attempt.
   */
  append(batches: readonly MetricBatch[]): string[] {
    const refused: string[] = [];
    this.#sql.transaction(() => {
      for (const batch of batches) if (!this.#appendOne(batch)) refused.push(batch.name);
    });
    return refused;
  }

  /**
   * Each series of a run over all its attempts, thinned to at most `maxPoints` (at least 2). Where a later attempt begins
   * again at an earlier step, what the earlier one said from there on is left out, as training resumed there.
   */
  read(runId: string, maxPoints: number): MetricSeries[] {
    const byName = new Map<string, SeriesRow[]>();
    const rows = this.#sql.all<SeriesRow>(
      'SELECT id, epoch, name, total, kept, last FROM metricSeries WHERE runId = ? ORDER BY name, epoch',
      runId,
    );
    for (const row of rows) {
      const same = byName.get(row.name);
      if (same) same.push(row);
      else byName.set(row.name, [row]);
    }
    return [...byName].map(([name, epochs]) => ({
      name,
      points: thin(mergeEpochs(epochs.map((row) => this.#points(row.id))), maxPoints).map(
        ([x, value]): [number, number | null] => [x, Number.isFinite(value) ? value : null],
      ),
      total: epochs.reduce((sum, row) => sum + row.total, 0),
      last: epochs.at(-1)?.last ?? null,
    }));
  }

  #appendOne({ runId, epoch, name, points }: MetricBatch): boolean {
    if (points.length === 0) return true;
    const series = this.#series(runId, epoch, name);
    if (!series) return false;
    const tail = this.#sql.get<{ number: number; points: Uint8Array }>(
      'SELECT number, points FROM metricChunks WHERE seriesId = ? ORDER BY number DESC LIMIT 1',
      series.id,
    );
    const tailPoints = tail ? decode(tail.points) : [];
    const room = tail ? chunkPoints - tailPoints.length : 0;
    if (tail && room > 0) this.#write(series.id, tail.number, [...tailPoints, ...points.slice(0, room)]);
    let number = (tail?.number ?? -1) + 1;
    for (let from = Math.max(room, 0); from < points.length; from += chunkPoints) {
      this.#write(series.id, number, points.slice(from, from + chunkPoints));
      number += 1;
    }
    let kept = series.kept + points.length;
    if (kept > seriesPoints) kept = this.#halve(series.id);
    const last = points.at(-1)?.[1] ?? null;
    this.#sql.run(
      'UPDATE metricSeries SET total = total + ?, kept = ?, last = ? WHERE id = ?',
      points.length,
      kept,
      last !== null && Number.isFinite(last) ? last : null,
      series.id,
    );
    return true;
  }

  #series(runId: string, epoch: number, name: string): SeriesRow | undefined {
    const select =
      'SELECT id, epoch, name, total, kept, last FROM metricSeries WHERE runId = ? AND name = ? AND epoch = ?';
    const known = this.#sql.get<SeriesRow>(select, runId, name, epoch);
    if (known || name === '' || name.length > nameLength) return known;
    const count = this.#sql.get<{ n: number }>(
      'SELECT count(*) AS n FROM metricSeries WHERE runId = ? AND epoch = ?',
      runId,
      epoch,
    );
    if ((count?.n ?? 0) >= seriesPerAttempt) return undefined;
    this.#sql.run(
      'INSERT INTO metricSeries (runId, epoch, name, total, kept) VALUES (?, ?, ?, 0, 0)',
      runId,
      epoch,
      name,
    );
    return this.#sql.get<SeriesRow>(select, runId, name, epoch);
  }

  #points(seriesId: number): Point[] {
    return this.#sql
      .all<{ points: Uint8Array }>(
        'SELECT points FROM metricChunks WHERE seriesId = ? ORDER BY number',
        seriesId,
      )
      .flatMap((chunk) => decode(chunk.points));
  }

  #halve(seriesId: number): number {
    const points = thin(this.#points(seriesId), seriesPoints / 2);
    this.#sql.run('DELETE FROM metricChunks WHERE seriesId = ?', seriesId);
    for (let from = 0, number = 0; from < points.length; from += chunkPoints, number += 1) {
      this.#write(seriesId, number, points.slice(from, from + chunkPoints));
    }
    return points.length;
  }

  #write(seriesId: number, number: number, points: readonly Point[]): void {
    this.#sql.run(
      `INSERT INTO metricChunks (seriesId, number, points) VALUES (?, ?, ?)
       ON CONFLICT (seriesId, number) DO UPDATE SET points = excluded.points`,
      seriesId,
      number,
      encode(points),
    );
  }
}

function encode(points: readonly Point[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(points.length * 16));
  points.forEach(([x, value], index) => {
    view.setFloat64(index * 16, x, true);
    view.setFloat64(index * 16 + 8, value, true);
  });
  return new Uint8Array(view.buffer);
}

/** A chunk whose length is not a whole number of points (a damaged one) gives those that are whole. */
function decode(bytes: Uint8Array): Point[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const points: Point[] = [];
  for (let at = 0; at + 16 <= bytes.byteLength; at += 16) {
    points.push([view.getFloat64(at, true), view.getFloat64(at + 8, true)]);
  }
  return points;
}
