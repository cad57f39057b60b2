import { Fragment, useRef } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { Splitter } from '#renderer/ui/splitter.tsx';
import type { Terminal } from '#shared/domain/terminal.ts';
import { type Arrangement, moveBorder, panesOf, type Split, type TerminalTab } from './layout.ts';
import { TerminalPane } from './pane.tsx';
import { arrange } from './terminal-store.ts';

interface ViewProps {
  tab: TerminalTab;
  byId: ReadonlyMap<string, Terminal>;
  /** The pane that has the tab to itself for a while. */
  zoomed: string | null;
}

/** The panes of a tab, as they are split. */
export function SplitView(props: ViewProps) {
  const { tab, zoomed } = props;
  const alone = zoomed !== null && panesOf(tab.root).includes(zoomed);
  const node: Arrangement = alone ? { kind: 'pane', terminalId: zoomed } : tab.root;
  return <Node {...props} node={node} path={[]} />;
}

function Node({ node, path, ...props }: ViewProps & { node: Arrangement; path: readonly number[] }) {
  if (node.kind === 'split') return <SplitNode {...props} node={node} path={path} />;
  const terminal = props.byId.get(node.terminalId);
  if (!terminal) return null;
  return (
    <TerminalPane
      key={node.terminalId}
      terminal={terminal}
      alone={props.tab.root.kind === 'pane'}
      current={props.tab.focused === node.terminalId}
    />
  );
}

const idOf = (node: Arrangement): string => panesOf(node).join(' ');
const leastPx = 80;

function SplitNode({ node, path, ...props }: ViewProps & { node: Split; path: readonly number[] }) {
  const t = useT();
  const box = useRef<HTMLDivElement>(null);
  const isRow = node.direction === 'row';
  const length = () => (isRow ? box.current?.clientWidth : box.current?.clientHeight) || 1;
  const move = (index: number, size: number | null) => {
    const before = node.sizes[index] ?? 0;
    const after = node.sizes[index + 1] ?? 0;
    const next = size === null ? (before + after) / 2 : size / length();
    arrange((layout) => moveBorder(layout, props.tab.id, path, index, next - before));
  };
  return (
    <div ref={box} className={`terms__split terms__split--${node.direction}`}>
      {node.children.map((child, index) => {
        const share = node.sizes[index] ?? 0;
        const both = share + (node.sizes[index + 1] ?? 0);
        return (
          <Fragment key={idOf(child)}>
            <div className="terms__part" style={{ flexGrow: share * 1000 }}>
              <Node {...props} node={child} path={[...path, index]} />
            </div>
            {index < node.children.length - 1 ? (
              <Splitter
                label={t('terminals.sizeOfPane')}
                direction={isRow ? 'columns' : 'rows'}
                pane="before"
                size={Math.round(share * length())}
                min={leastPx}
                max={Math.max(leastPx, Math.round(both * length()) - leastPx)}
                onSize={(size) => move(index, size)}
              />
            ) : null}
          </Fragment>
        );
      })}
    </div>
  );
}
