import './files.css';
import { lazy, Suspense, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { Link } from '#renderer/app/link.tsx';
import { paths } from '#renderer/app/routes.ts';
import { useLive } from '#renderer/app/use-live.ts';
import { useT } from '#renderer/i18n/index.ts';
import {
  Button,
  EmptyState,
  ErrorState,
  formatBytes,
  formatInteger,
  Select,
  Skeleton,
} from '#renderer/ui/index.ts';
import type { CodeDifference } from '#shared/domain/box-file.ts';
import { thisComputerId } from '#shared/domain/new-id.ts';
import type { Run } from '#shared/domain/run.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { joinPath, showName } from './box-path.ts';
import { languageOfName } from './editor/languages.ts';

const DiffView = lazy(async () => ({ default: (await import('./editor/index.ts')).DiffView }));
const signs = { added: '+', removed: '−', changed: '~', mode: '·' } as const;

/** The code that a run was launched with, against what its directory on this computer holds now. */
export function CodeTab({ run }: { run: Run }) {
  const t = useT();
  const newest = run.attempts.at(-1)?.epoch ?? run.epoch;
  const [epoch, setEpoch] = useState(newest);
  const [chosen, setChosen] = useState<string | null>(null);
  const { value, error, retry } = useLive(
    `${run.id} ${epoch}`,
    (signal) => rpc().files.codeChanges({ runId: run.id, epoch }, { signal }),
    () => false,
  );
  if (error) {
    return TrainyardError.from(error).code === 'CODE_GONE' ? (
      <EmptyState title={t('files.codeGone')} actions={<Button onClick={retry}>{t('ui.tryAgain')}</Button>}>
        {t('files.codeGoneText')}
      </EmptyState>
    ) : (
      <ErrorState error={error} onRetry={retry} />
    );
  }
  if (value === null) return <Skeleton rows={8} label={t('files.comparing')} />;
  const { directory, differences } = value;
  const open = differences.find(({ path }) => path === chosen) ?? differences[0] ?? null;
  return (
    <div className="files__codetab">
      <div className="files__textbar">
        {run.attempts.length > 1 ? (
          <Select
            className="input--small files__attempt"
            aria-label={t('files.attempt')}
            value={`${epoch}`}
            options={run.attempts.map((attempt) => ({
              value: `${attempt.epoch}`,
              label: t('files.attemptN', { n: attempt.epoch }),
            }))}
            onValue={(next) => setEpoch(Number(next))}
          />
        ) : null}
        <span>
          {differences.length === 0
            ? t('files.codeSame')
            : t('files.codeDiffers', { count: differences.length, n: formatInteger(differences.length) })}
        </span>
        <Link className="mono clip" href={paths.files(thisComputerId, directory)} title={directory}>
          {showName(directory)}
        </Link>
        <Button small onClick={retry}>
          {t('files.compareAgain')}
        </Button>
      </div>
      {open ? (
        <div className="files__codepanes">
          <ul className="files__changes" aria-label={t('files.changedFiles')}>
            {differences.slice(0, 2000).map((difference) => (
              <li key={difference.path}>
                <button
                  type="button"
                  className="mono"
                  aria-current={difference === open ? 'true' : undefined}
                  title={showName(difference.path)}
                  onClick={() => setChosen(difference.path)}
                >
                  <span className={`files__sign files__sign--${difference.change}`} aria-hidden="true">
                    {signs[difference.change]}
                  </span>
                  <span className="clip">{showName(difference.path)}</span>
                  <span className="quiet">{t(`files.change.${difference.change}`)}</span>
                </button>
              </li>
            ))}
          </ul>
          <Difference
            key={`${epoch} ${open.path}`}
            run={run}
            epoch={epoch}
            directory={directory}
            difference={open}
          />
        </div>
      ) : (
        <EmptyState title={t('files.codeSame')}>{t('files.codeSameText')}</EmptyState>
      )}
    </div>
  );
}

function Difference({
  run,
  epoch,
  directory,
  difference,
}: {
  run: Run;
  epoch: number;
  directory: string;
  difference: CodeDifference;
}) {
  const t = useT();
  const { path } = difference;
  const { value, error, retry } = useLive(
    `${run.id} ${epoch} ${path}`,
    (signal) => rpc().files.codeChange({ runId: run.id, epoch, path }, { signal }),
    () => false,
  );
  const sizes = [difference.beforeBytes, difference.nowBytes].map((bytes) =>
    bytes === null ? '–' : formatBytes(bytes),
  );
  return (
    <section className="files__difference" aria-label={showName(path)}>
      <div className="files__textbar">
        <h3 className="mono clip" title={showName(path)}>
          {showName(path)}
        </h3>
        <span className="quiet num">{sizes.join(' → ')}</span>
        {difference.nowBytes === null ? null : (
          <Link
            className="button button--quiet button--small"
            href={paths.files(thisComputerId, joinPath(directory, path), 1)}
          >
            {t('files.openFile')}
          </Link>
        )}
      </div>
      {error ? <ErrorState error={error} onRetry={retry} /> : null}
      {!error && value === null ? <Skeleton rows={8} /> : null}
      {value?.binary ? <p className="files__note quiet">{t('files.binaryDiffers')}</p> : null}
      {value && !value.binary && difference.change === 'mode' ? (
        <p className="files__note quiet">{t('files.modeDiffers')}</p>
      ) : null}
      {value && !value.binary ? (
        <>
          <div className="files__sides">
            <span>{t('files.codeThen', { n: epoch })}</span>
            <span>{t('files.codeNow')}</span>
          </div>
          <Suspense fallback={<Skeleton rows={8} />}>
            <DiffView
              left={value.before ?? ''}
              right={value.now ?? ''}
              leftLabel={t('files.codeThen', { n: epoch })}
              rightLabel={t('files.codeNow')}
              language={languageOfName(path)}
            />
          </Suspense>
        </>
      ) : null}
    </section>
  );
}
