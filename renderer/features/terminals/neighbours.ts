import type { Arrangement, Side } from './layout.ts';

interface Box {
  terminalId: string;
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Where each pane lies in its tab, in shares of its width and height. */
export function boxesOf(
  node: Arrangement,
  { left, top, right, bottom }: Omit<Box, 'terminalId'> = { left: 0, top: 0, right: 1, bottom: 1 },
): Box[] {
  if (node.kind === 'pane') return [{ terminalId: node.terminalId, left, top, right, bottom }];
  let from = 0;
  return node.children.flatMap((child, index) => {
    const to = from + (node.sizes[index] ?? 0);
    const box =
      node.direction === 'row'
        ? { left: left + from * (right - left), right: left + to * (right - left), top, bottom }
        : { top: top + from * (bottom - top), bottom: top + to * (bottom - top), left, right };
    from = to;
    return boxesOf(child, box);
  });
}

const nearly = 1e-6;

/** The pane that touches this one on that side; of several the one with the longest common border. */
export function paneBeside(root: Arrangement, terminalId: string, side: Side): string | null {
  const boxes = boxesOf(root);
  const here = boxes.find((box) => box.terminalId === terminalId);
  if (!here) return null;
  const touches = (box: Box): boolean =>
    ({
      left: Math.abs(box.right - here.left) < nearly,
      right: Math.abs(box.left - here.right) < nearly,
      up: Math.abs(box.bottom - here.top) < nearly,
      down: Math.abs(box.top - here.bottom) < nearly,
    })[side];
  const common = (box: Box): number =>
    side === 'left' || side === 'right'
      ? Math.min(box.bottom, here.bottom) - Math.max(box.top, here.top)
      : Math.min(box.right, here.right) - Math.max(box.left, here.left);
  const beside = boxes.filter((box) => touches(box) && common(box) > nearly);
  return beside.sort((a, b) => common(b) - common(a))[0]?.terminalId ?? null;
}
