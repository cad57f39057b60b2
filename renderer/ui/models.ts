/** "NVIDIA H100 80GB HBM3" → "H100": what people call it. A slice keeps its profile. */
export function shortModel(model: string): string {
  return model
    .replace(/^(NVIDIA|AMD|Apple)\s+/i, '')
    .replace(/^(GeForce|Tesla|Instinct|Quadro)\s+/i, '')
    .replace(/[- ](SXM\d?|PCIe|HBM\d\w*|\d+GB).*?(?=\s\dg\.|$)/gi, '')
    .trim();
}

/** "8×H100, 2×A100": names of models counted, in the order in which each first comes; '' for none. */
export function countModels(names: Iterable<string>): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${count}×${name}`).join(', ');
}
