import { ContextMenu as Radix } from 'radix-ui';
import { type MouseEvent, type ReactElement, useState } from 'react';
import { type MenuEntry, MenuRows } from './menu-rows.tsx';

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
          <MenuRows entries={entries} parts={Radix} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
