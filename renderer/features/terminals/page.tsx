import { useEffect } from 'react';
import { useSearch } from 'wouter';
import { useT } from '#renderer/i18n/index.ts';
import { showPane, tabOf } from './layout.ts';
import { arrange, focusSoon, useTerminals } from './terminal-store.ts';
import { Workspace } from './workspace.tsx';

/** All terminals, with the whole page to themselves. `?terminal=ID` brings one to the front. */
export function TerminalsPage() {
  const t = useT();
  const asked = new URLSearchParams(useSearch()).get('terminal');
  const there = useTerminals(({ layout }) => asked !== null && tabOf(layout, asked) !== undefined);
  useEffect(() => {
    if (asked === null || !there) return;
    arrange((layout) => showPane(layout, asked));
    focusSoon(asked);
  }, [asked, there]);
  return (
    <div className="terms-page">
      <h1 className="hidden-visually">{t('terminals.title')}</h1>
      <Workspace />
    </div>
  );
}
