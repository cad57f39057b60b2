import { useT } from '#renderer/i18n/index.ts';
import { Workspace } from './workspace.tsx';

/** All terminals, with the whole page to themselves. */
export function TerminalsPage() {
  const t = useT();
  return (
    <div className="terms-page">
      <h1 className="hidden-visually">{t('terminals.title')}</h1>
      <Workspace />
    </div>
  );
}
