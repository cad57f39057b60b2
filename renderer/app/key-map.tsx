import { type Key, useT } from '#renderer/i18n/index.ts';
import { Dialog, KeyHint } from '#renderer/ui/index.ts';

const command = navigator.platform.startsWith('Mac') ? '⌘' : 'Ctrl';
const map: { title: Key; keys: [string[], Key][] }[] = [
  {
    title: 'app.keysAnywhere',
    keys: [
      [[command, 'K'], 'app.keyPalette'],
      [['?'], 'app.keyHelp'],
      [['n'], 'app.keyNew'],
      [['g', 'o'], 'app.keyGoOverview'],
      [['g', 'r'], 'app.keyGoRuns'],
      [['g', 'm'], 'app.keyGoMachines'],
      [['g', 's'], 'app.keyGoSites'],
      [['g', 'd'], 'app.keyGoData'],
      [['g', 'a'], 'app.keyGoActivity'],
      [['g', ','], 'app.keyGoSettings'],
    ],
  },
  {
    title: 'app.keysList',
    keys: [
      [['j', 'k', '↓', '↑'], 'app.keyMove'],
      [['Home', 'End'], 'app.keyEnds'],
      [['Enter'], 'app.keyOpen'],
      [['⇧', 'F10'], 'app.keyMenu'],
      [['Space', 'x'], 'app.keySelect'],
      [[command, 'A'], 'app.keySelectAll'],
      [['/'], 'app.keyFilter'],
      [['Esc'], 'app.keyEscape'],
    ],
  },
  {
    title: 'app.keysLog',
    keys: [
      [['/'], 'app.keySearchLog'],
      [['f'], 'app.keyFollow'],
      [['w'], 'app.keyWrap'],
    ],
  },
];

export function KeyMap({ onClose }: { onClose(): void }) {
  const t = useT();
  const part = ({ title, keys }: (typeof map)[number]) => (
    <section key={title}>
      <h3>{t(title)}</h3>
      <ul>
        {keys.map(([hint, label]) => (
          <li key={label}>
            {t(label)}
            <KeyHint keys={hint} />
          </li>
        ))}
      </ul>
    </section>
  );
  return (
    <Dialog open wide title={t('app.keyboard')} onClose={onClose}>
      <div className="keymap">
        {map.slice(0, 1).map(part)}
        <div>{map.slice(1).map(part)}</div>
      </div>
    </Dialog>
  );
}
