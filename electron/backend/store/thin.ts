/** [x, value]; the value may be NaN or infinite. */
export type Point = readonly [number, number];

/**
 * At most `maxPoints` (at least 2) of `points`, in their order: cut into buckets of equal count, of each the lowest and
 * the highest value stay, so that peaks survive. A bucket without any finite value keeps its first point: a gap shows.
 */
export function thin(points: readonly Point[], maxPoints: number): Point[] {
  const most = Math.max(2, Math.floor(maxPoints));
  if (points.length <= most) return [...points];
  const buckets = Math.floor(most / 2);
  const kept: Point[] = [];
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const from = Math.floor((bucket * points.length) / buckets);
    const to = Math.floor(((bucket + 1) * points.length) / buckets);
    kept.push(...extremes(points.slice(from, to)));
  }
  return kept;
}

function extremes(bucket: readonly Point[]): Point[] {
  let lowest = -1;
  let highest = -1;
  bucket.forEach(([, value], index) => {
    if (!Number.isFinite(value)) return;
    if (lowest < 0 || value < (bucket[lowest]?.[1] ?? 0)) lowest = index;
    if (highest < 0 || value > (bucket[highest]?.[1] ?? 0)) highest = index;
  });
  const chosen = lowest < 0 ? [0] : [lowest, highest];
  return bucket.filter((_point, index) => chosen.includes(index));
}

/** The attempts' points as one series: where a later attempt begins at x, the earlier ones' points from x on are dropped. */
export function mergeEpochs(epochs: readonly (readonly Point[])[]): Point[] {
  let merged: Point[] = [];
  for (const points of epochs) {
    const start = points[0]?.[0];
    if (start !== undefined) merged = merged.filter(([x]) => x < start);
    merged.push(...points);
  }
  return merged;
}
