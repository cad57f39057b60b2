import { translateError, useT } from '#renderer/i18n/index.ts';
import { Badge, ErrorState, StatusDot } from '#renderer/ui/index.ts';
import type { Check } from './use-check.ts';

/** What the check found, each with its line to go to; mistakes and what is not supported yet are told apart. */
export function IssueList({
  check: { result, failure, checking },
  empty,
  onGoTo,
}: {
  check: Check;
  empty: boolean;
  onGoTo(line: number): void;
}) {
  const t = useT();
  if (failure) return <ErrorState error={failure} />;
  if (empty) return <p className="quiet issues">{t('newRun.empty')}</p>;
  if (!result) return <p className="quiet issues">{checking ? t('newRun.checking') : ''}</p>;
  if (result.errors.length === 0) {
    return (
      <p className="issues issues--fine" role="status">
        <StatusDot tone="ok" shape="tick" /> {t('newRun.fine')}
      </p>
    );
  }
  return (
    <div className="issues">
      <p role="status">{t('newRun.mistakes', { count: result.errors.length })}</p>
      <ul>
        {result.errors.map((issue) => (
          <li key={`${issue.line} ${issue.key} ${issue.message}`}>
            <button
              type="button"
              className="issues__line num"
              disabled={issue.line < 1}
              title={t('newRun.goToLine', { line: issue.line })}
              onClick={() => onGoTo(issue.line)}
            >
              {t('newRun.atLine', { line: issue.line })}
            </button>
            <span>
              {issue.key === '' ? null : <code>{issue.key}</code>}{' '}
              {translateError(issue.code, issue.params, issue.message)}
            </span>
            {issue.kind === 'unsupported' ? (
              <span title={t('newRun.unsupported')}>
                <Badge tone="warn">{t('newRun.unsupported')}</Badge>
              </span>
            ) : null}
          </li>
        ))}
      </ul>
    </div>
  );
}
