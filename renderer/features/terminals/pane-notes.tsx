import { isMac } from '#renderer/app/key-names.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button } from '#renderer/ui/index.ts';
import { usePane } from './pane-store.ts';
import { screenOf } from './screens.ts';

/** Where a link leads, before anybody follows it. */
export function FollowHint({ terminalId }: { terminalId: string }) {
  const t = useT();
  const target = usePane(terminalId, ({ hover }) => hover);
  if (target === null) return null;
  return (
    <p className="term__follow" role="status">
      {t('terminals.followLink', { keys: isMac() ? '⌘' : 'Ctrl', target: target.slice(0, 300) })}
    </p>
  );
}

/** A terminal has one size for all who look: where it is another window's, the rest of the place stays empty. */
export function SizeNote({ terminalId }: { terminalId: string }) {
  const t = useT();
  const shown = usePane(terminalId, (state) => state.shown);
  const fits = usePane(terminalId, (state) => state.fits);
  const away = usePane(terminalId, ({ connected, failure }) => !connected || failure !== null);
  if (!shown || !fits || away || (shown.cols === fits.cols && shown.rows === fits.rows)) return null;
  return (
    <p className="term__size">
      <span className="num">{t('terminals.otherSize', { cols: shown.cols, rows: shown.rows })}</span>
      <Button small onClick={() => screenOf(terminalId)?.fit(true)}>
        {t('terminals.useThisSize')}
      </Button>
    </p>
  );
}
