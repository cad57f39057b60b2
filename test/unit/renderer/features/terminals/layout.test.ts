import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Arrangement,
  addTab,
  emptyLayout,
  type Layout,
  moveBorder,
  moveTab,
  moveToOwnTab,
  panesOf,
  putBeside,
  reconcile,
  removePane,
  type Side,
  showPane,
  stepTab,
  tabOf,
} from '#renderer/features/terminals/layout.ts';
import { layoutText, readLayout } from '#renderer/features/terminals/layout-text.ts';
import { boxesOf, paneBeside } from '#renderer/features/terminals/neighbours.ts';

const sides: Side[] = ['left', 'right', 'up', 'down'];
const all = (layout: Layout) => layout.tabs.flatMap(({ root }) => panesOf(root));
const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
const withTabs = (...names: string[]) => names.reduce((layout, id) => addTab(layout, id), emptyLayout);

/** Any step that a user may take. */
const step = fc.oneof(
  fc.record({ act: fc.constant('add' as const), id: fc.constantFrom(...ids) }),
  fc.record({ act: fc.constant('remove' as const), id: fc.constantFrom(...ids) }),
  fc.record({
    act: fc.constant('beside' as const),
    id: fc.constantFrom(...ids),
    other: fc.constantFrom(...ids),
    side: fc.constantFrom(...sides),
  }),
  fc.record({ act: fc.constant('own' as const), id: fc.constantFrom(...ids), at: fc.nat(5) }),
  fc.record({ act: fc.constant('tab' as const), id: fc.constantFrom(...ids), at: fc.nat(6) }),
  fc.record({
    act: fc.constant('border' as const),
    id: fc.constantFrom(...ids),
    by: fc.double({ min: -2, max: 2, noNaN: true }),
  }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function take(layout: Layout, one: Step): Layout {
  const tab = tabOf(layout, one.id);
  switch (one.act) {
    case 'add':
      return addTab(layout, one.id);
    case 'remove':
      return removePane(layout, one.id);
    case 'beside':
      return putBeside(layout, one.id, one.other, one.side);
    case 'own':
      return moveToOwnTab(layout, one.id, one.at);
    case 'tab':
      return tab ? moveTab(layout, tab.id, one.at) : layout;
    case 'border':
      return tab ? moveBorder(layout, tab.id, [], 0, one.by) : layout;
  }
}

function check(node: Arrangement): void {
  if (node.kind === 'pane') return;
  expect(node.children.length).toBeGreaterThan(1);
  expect(node.sizes).toHaveLength(node.children.length);
  expect(node.sizes.reduce((sum, size) => sum + size, 0)).toBeCloseTo(1, 6);
  for (const size of node.sizes) expect(size).toBeGreaterThan(0);
  for (const child of node.children) check(child);
}

describe('the arrangement of terminals', () => {
  it('stays whole whatever is done to it: nothing twice, no empty tab, all sizes of a split make one', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let layout = emptyLayout;
        for (const one of steps) {
          layout = take(layout, one);
          const panes = all(layout);
          expect(new Set(panes).size).toBe(panes.length);
          for (const tab of layout.tabs) {
            check(tab.root);
            expect(panesOf(tab.root)).toContain(tab.focused);
          }
          expect(new Set(layout.tabs.map(({ id }) => id)).size).toBe(layout.tabs.length);
          expect(layout.active === null).toBe(layout.tabs.length === 0);
          if (layout.active !== null) expect(layout.tabs.map(({ id }) => id)).toContain(layout.active);
        }
        expect(readLayout(layoutText(layout))).toEqual(layout);
      }),
      { numRuns: 500 },
    );
  });

  it('splits in halves and gives the room back', () => {
    const split = putBeside(withTabs('a'), 'b', 'a', 'right');
    expect(split.tabs[0]?.root).toEqual({
      kind: 'split',
      direction: 'row',
      sizes: [0.5, 0.5],
      children: [
        { kind: 'pane', terminalId: 'a' },
        { kind: 'pane', terminalId: 'b' },
      ],
    });
    expect(removePane(split, 'b').tabs[0]?.root).toEqual({ kind: 'pane', terminalId: 'a' });
  });

  it('moves tabs before one another, and round the end', () => {
    const layout = withTabs('a', 'b', 'c');
    expect(all(moveTab(layout, 'a', 2))).toEqual(['b', 'a', 'c']);
    expect(all(moveTab(layout, 'c', 0))).toEqual(['c', 'a', 'b']);
    expect(stepTab(layout, 1).active).toBe('a');
    expect(stepTab(showPane(layout, 'a'), -1).active).toBe('c');
  });

  it('follows the terminals that are there', () => {
    const layout = putBeside(withTabs('a', 'b'), 'c', 'b', 'down');
    const next = reconcile(layout, ['c', 'd']);
    expect(all(next)).toEqual(['c', 'd']);
    expect(next.active).toBe('b');
    expect(reconcile(next, ['c', 'd'])).toBe(next);
  });
});

describe('what was kept', () => {
  it('is read whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((value) => JSON.stringify(value)),
        ),
        (text) => {
          for (const tab of readLayout(text).tabs) check(tab.root);
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('leaves out what is damaged and keeps the rest', () => {
    const good = { id: 'x', focused: 'a', root: { kind: 'pane', terminalId: 'a' } };
    const kept = readLayout(
      JSON.stringify({
        version: 1,
        active: 'none',
        tabs: [
          {
            id: 'y',
            root: { kind: 'split', direction: 'row', sizes: ['?'], children: [good.root, 7, null] },
          },
          good,
          { id: 'z', root: { kind: 'pane', terminalId: 9 } },
        ],
      }),
    );
    expect(kept.tabs).toEqual([{ id: 'y', focused: 'a', root: { kind: 'pane', terminalId: 'a' } }]);
    expect(kept.active).toBe('y');
    expect(readLayout('{"version":2,"tabs":[]}')).toEqual(emptyLayout);
  });
});

describe('the pane beside another', () => {
  const layout = putBeside(putBeside(withTabs('a'), 'b', 'a', 'right'), 'c', 'b', 'down');
  const root = layout.tabs[0]?.root ?? { kind: 'pane' as const, terminalId: '' };

  it('is the one that touches it on that side', () => {
    expect(boxesOf(root)).toContainEqual({ terminalId: 'c', left: 0.5, top: 0.5, right: 1, bottom: 1 });
    expect(paneBeside(root, 'c', 'up')).toBe('b');
    expect(paneBeside(root, 'c', 'left')).toBe('a');
    expect(['b', 'c']).toContain(paneBeside(root, 'a', 'right'));
    expect(paneBeside(root, 'a', 'left')).toBeNull();
    expect(paneBeside(root, 'gone', 'left')).toBeNull();
  });
});
