import { useT } from '#renderer/i18n/index.ts';

/** `view`: `many`, `what-if`, or `saved` with the plan's id; undefined: one run. */
export function PlanPage(_: { view: string | undefined; id: string | undefined }) {
  const t = useT();
  return (
    <div className="page plan">
      <div className="page__head">
        <h1>{t('plan.title')}</h1>
      </div>
    </div>
  );
}
