import { DropdownMenu as Radix } from 'radix-ui';
import type { ReactElement } from 'react';
import { type MenuEntry, MenuRows } from './menu-rows.tsx';

/** A list of actions under a button. Not modal: the page behind keeps its scroll bar and no style element is written. */
export function Menu({
  trigger,
  entries,
  align = 'end',
}: {
  trigger: ReactElement;
  entries: readonly MenuEntry[];
  align?: 'start' | 'end';
}) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="menu" align={align} sideOffset={4} collisionPadding={8}>
          <MenuRows entries={entries} parts={Radix} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
