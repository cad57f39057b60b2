import { Command } from 'cmdk';
import { useEffect, useMemo, useRef, useState } from 'react';
import { type Key, useT } from '#renderer/i18n/index.ts';
import { Dialog, KeyHint, StatusDot } from '#renderer/ui/index.ts';
import type { CommandContext } from './commands.ts';
import { capsOf } from './key-names.ts';
import { arrange, type Item, type ItemGroup, noteUse, recentIds } from './palette-items.ts';
import { useItems } from './palette-sources.ts';

const titles: Record<ItemGroup, Key> = {
  recent: 'app.recent',
  here: 'app.here',
  runs: 'app.runs',
  machines: 'app.machines',
  terminals: 'app.terminals',
  ports: 'app.ports',
  files: 'app.files',
  act: 'app.actions',
  go: 'app.go',
  settings: 'app.settings',
  look: 'app.lookOf',
};

/** Finds anything by a few letters, and does it: commands, runs, machines, settings. */
export function Palette({ context, onClose }: { context: CommandContext; onClose(): void }) {
  const t = useT();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState('');
  const recent = useMemo(recentIds, []);
  const items = useItems(text, context);
  const sections = useMemo(() => arrange(text, items, recent), [text, items, recent]);
  useFirstChosen(text, sections[0]?.items[0]?.id ?? '', chosen, setChosen);

  const choose = (item: Item) => {
    noteUse(item.id);
    if (!item.stays) onClose();
    item.run();
  };
  return (
    <Dialog open title={t('app.find')} hideTitle className="palette" onClose={onClose}>
      <Command shouldFilter={false} label={t('app.find')} value={chosen} onValueChange={setChosen} loop>
        <Command.Input value={text} onValueChange={setText} placeholder={t('app.findHere')} />
        <Command.List label={t('app.find')}>
          <Command.Empty>{t('app.nothingFound', { text })}</Command.Empty>
          {sections.map(({ group, items: lines }) => (
            <Command.Group key={group} heading={t(titles[group])}>
              {lines.map((item) => (
                <Line key={item.id} item={item} onSelect={() => choose(item)} />
              ))}
            </Command.Group>
          ))}
        </Command.List>
        <p className="palette__keys" aria-hidden="true">
          <KeyHint keys={['↑', '↓']} /> {t('app.paletteMove')} <KeyHint keys={capsOf('enter')} />{' '}
          {t('app.paletteDo')} <KeyHint keys={['Esc']} /> {t('ui.close')}
        </p>
      </Command>
    </Dialog>
  );
}

function Line({ item, onSelect }: { item: Item; onSelect(): void }) {
  return (
    <Command.Item value={item.id} onSelect={onSelect}>
      {item.dot ? <StatusDot tone={item.dot.tone} shape={item.dot.shape} /> : null}
      <span className="clip grow">{item.label}</span>
      {item.detail ? <span className="quiet clip palette__detail">{item.detail}</span> : null}
      {item.keys ? <KeyHint keys={capsOf(item.keys)} /> : null}
    </Command.Item>
  );
}

/** The first hit is what Enter does: after each letter, and when better ones come, as long as nobody has moved away. */
function useFirstChosen(text: string, first: string, chosen: string, choose: (id: string) => void): void {
  const before = useRef({ text: '', first: '' });
  useEffect(() => {
    const typed = before.current.text !== text;
    const stayed = chosen === '' || chosen === before.current.first;
    before.current = { text, first };
    if ((typed || stayed) && chosen !== first) choose(first);
  }, [text, first, chosen, choose]);
}
