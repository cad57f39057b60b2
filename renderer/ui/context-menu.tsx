import { ContextMenu as Radix } from 'radix-ui';
import { type MouseEvent, type ReactElement, useState } from 'react';
import type { MenuEntry } from './menu.tsx';

/** The menu of the thing under the pointer (or of the keyboard's row, by the menu key). */
export function ContextMenu({
  entriesFor,
  children,
}: {
  entriesFor(event: MouseEvent): MenuEntry[];
  children: ReactElement;
}) {
  const [entries, setEntries] = useState<readonly MenuEntry[]>([]);
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild onContextMenu={(event) => setEntries(entriesFor(event))}>
        {children}
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="menu" hidden={entries.length === 0} collisionPadding={8}>
          {entries.map((entry, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: entries have no other identity and do not move
            <Row key={index} entry={entry} />
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Row({ entry }: { entry: MenuEntry }) {
  if (entry.kind === 'rule') return <Radix.Separator className="menu__rule" />;
  if (entry.kind === 'label') return <Radix.Label className="menu__label">{entry.label}</Radix.Label>;
  return (
    <Radix.Item
      className={`menu__item ${entry.danger ? 'menu__item--danger' : ''}`}
      disabled={entry.disabled ?? false}
      onSelect={entry.onSelect}
    >
      <span>{entry.label}</span>
      {entry.hint ? <span className="quiet">{entry.hint}</span> : null}
    </Radix.Item>
  );
}
