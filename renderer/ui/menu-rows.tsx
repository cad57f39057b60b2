import type { DropdownMenu } from 'radix-ui';

export type MenuEntry =
  | { kind?: 'item'; label: string; hint?: string; danger?: boolean; disabled?: boolean; onSelect(): void }
  | { kind: 'rule' }
  | { kind: 'label'; label: string };

/** The parts of one of Radix' menus: those of different kinds must not be mixed. */
export type MenuParts = Pick<typeof DropdownMenu, 'Item' | 'Label' | 'Separator'>;

export function MenuRows({ entries, parts }: { entries: readonly MenuEntry[]; parts: MenuParts }) {
  return entries.map((entry, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: entries have no other identity and do not move
    <MenuRow key={index} entry={entry} parts={parts} />
  ));
}

function MenuRow({ entry, parts }: { entry: MenuEntry; parts: MenuParts }) {
  if (entry.kind === 'rule') return <parts.Separator className="menu__rule" />;
  if (entry.kind === 'label') return <parts.Label className="menu__label">{entry.label}</parts.Label>;
  return (
    <parts.Item
      className={`menu__item ${entry.danger ? 'menu__item--danger' : ''}`}
      disabled={entry.disabled ?? false}
      onSelect={entry.onSelect}
    >
      <span>{entry.label}</span>
      {entry.hint ? <span className="quiet">{entry.hint}</span> : null}
    </parts.Item>
  );
}
