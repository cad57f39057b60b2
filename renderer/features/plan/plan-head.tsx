import type { ReactNode } from 'react';
import { Link } from '#renderer/app/link.tsx';
import { paths } from '#renderer/app/routes.ts';
import { useT } from '#renderer/i18n/index.ts';

/** The head of every page of planning: where one is among them, and what can be done here. */
export function PlanHead({
  at,
  children,
}: {
  at: 'one' | 'many' | 'what-if' | 'saved';
  children?: ReactNode;
}) {
  const t = useT();
  const link = (name: typeof at, label: string, href: string) => (
    <Link href={href} aria-current={name === at ? 'page' : undefined}>
      {label}
    </Link>
  );
  return (
    <div className="page__head plan__head">
      <h1>{t('plan.title')}</h1>
      <nav className="plan__views" aria-label={t('plan.views')}>
        {link('one', t('plan.one'), paths.plan())}
        {link('many', t('plan.many'), paths.plan('many'))}
        {link('what-if', t('plan.whatIf'), paths.plan('what-if'))}
        {link('saved', t('plan.saved'), paths.plan('saved'))}
      </nav>
      {children}
    </div>
  );
}
