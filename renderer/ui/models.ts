/** "NVIDIA H100 80GB HBM3" → "H100": what people call it. A slice keeps its profile. */
export function shortModel(model: string): string {
  return model
    .replace(/^(NVIDIA|AMD|Apple)\s+/i, '')
    .replace(/^(GeForce|Tesla|Instinct|Quadro)\s+/i, '')
    .replace(/[- ](SXM\d?|PCIe|HBM\d\w*|\d+GB).*?(?=\s\dg\.|$)/gi, '')
    .trim();
}
