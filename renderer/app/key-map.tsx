import { browserKeys } from '#renderer/features/files/browser-keys.ts';
import { logKeys } from '#renderer/features/logs/log-keys.ts';
import { terminalKeys } from '#renderer/features/terminals/keys.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Dialog, KeyHint } from '#renderer/ui/index.ts';
import { tableKeys } from '#renderer/ui/table-cursor.ts';
import type { KeysOfPlace } from './commands.ts';
import { capsOf } from './key-names.ts';
import { allCommands } from './palette-sources.ts';
import { shellCommands } from './shell-commands.ts';

/** Keys of places. A place with keys of its own adds its list here, the one that its handler is made from. */
export const keysOfPlaces: readonly KeysOfPlace[] = [
  tableKeys,
  {
    title: 'app.keysHere',
    keys: [
      { keys: ['/'], title: 'app.keyFilter' },
      { keys: ['shift+F10'], title: 'app.keyMenu' },
    ],
  },
  browserKeys,
  logKeys,
  terminalKeys,
];

/** Commands that have keys, in the order of the list. */
export const commandsWithKeys = [
  ...shellCommands,
  ...allCommands.filter((one) => !shellCommands.includes(one)),
].filter(({ keys }) => keys && keys.length > 0);

/** The map of all keys, from the lists that the keys themselves work by. */
export function KeyMap({ onClose }: { onClose(): void }) {
  const t = useT();
  const anywhere: KeysOfPlace = {
    title: 'app.keysAnywhere',
    keys: commandsWithKeys.map(({ keys = [], title }) => ({ keys, title })),
  };
  const part = ({ title, keys }: KeysOfPlace) => (
    <section key={title}>
      <h3>{t(title)}</h3>
      <ul>
        {keys.map((line) => (
          <li key={line.title}>
            {t(line.title)}
            <span className="keymap__ways">
              {line.keys.map((way) => (
                <KeyHint key={way} keys={capsOf(way)} />
              ))}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
  return (
    <Dialog open wide title={t('app.keyboard')} onClose={onClose}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section className="keymap__scroll" tabIndex={0} aria-label={t('app.keyboard')}>
        <div className="keymap">{[anywhere, ...keysOfPlaces].map(part)}</div>
      </section>
    </Dialog>
  );
}
