import { DropdownMenu as Radix } from 'radix-ui';
import type { ReactElement } from 'react';

export type MenuEntry =
  | { kind?: 'item'; label: string; hint?: string; danger?: boolean; disabled?: boolean; onSelect(): void }
  | { kind: 'rule' }
  | { kind: 'label'; label: string };

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
          {entries.map((entry, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: entries have no other identity and do not move
            <MenuRow key={index} entry={entry} />
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function MenuRow({ entry }: { entry: MenuEntry }) {
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
