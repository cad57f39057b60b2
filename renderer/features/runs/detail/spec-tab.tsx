import { Fragment } from 'react';
import { policySentences } from '#renderer/features/recovery/policy-words.ts';
import { useT } from '#renderer/i18n/index.ts';
import { CopyButton, formatBytes, formatInteger } from '#renderer/ui/index.ts';
import type { Run } from '#shared/domain/run.ts';
import { YamlText } from './yaml-text.tsx';

/** What was asked for: the task file as it was given, and the code that was sent with it. */
export function SpecTab({ run }: { run: Run }) {
  const t = useT();
  return (
    <div className="spec">
      <section className="spec__file" aria-label={t('run.taskFile')}>
        <div className="files__head">
          <h2>{t('run.taskFile')}</h2>
          <span className="quiet">{t('run.asWritten')}</span>
          <CopyButton text={run.yaml} />
        </div>
        <YamlText text={run.yaml} />
      </section>
      <div className="spec__facts">
        <Code run={run} />
        <Asked run={run} />
        <SavesAndRecovery run={run} />
      </div>
    </div>
  );
}

/** How it saves, how it is told to go on, and what its task says about recovery. */
function SavesAndRecovery({ run: { spec } }: { run: Run }) {
  const t = useT();
  const { checkpoint, recovery } = spec;
  const { request, resume } = checkpoint ?? {};
  const rows: [string, string | undefined][] = [
    [t('run.savesTo'), checkpoint?.path],
    [t('run.framework'), checkpoint?.framework],
    [t('run.every'), checkpoint?.every],
    [t('run.asksBy'), request?.signal ? t('run.bySignal', { signal: request.signal }) : request?.command],
    [
      t('run.resumesBy'),
      resume?.argument ??
        (resume?.env ? t('run.byVariable', { name: resume.env }) : undefined) ??
        resume?.command,
    ],
    [t('run.keepsLast'), checkpoint?.keep === undefined ? undefined : formatInteger(checkpoint.keep)],
    [t('run.elastic'), checkpoint?.elastic ? t('run.elasticYes') : undefined],
  ];
  return (
    <>
      <section>
        <h2>{t('checkpoints.title')}</h2>
        {checkpoint ? (
          <dl className="facts">
            {rows.map(([name, value]) =>
              value ? (
                <Fragment key={name}>
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </Fragment>
              ) : null,
            )}
          </dl>
        ) : (
          <p className="quiet">{t('run.noCheckpoint')}</p>
        )}
      </section>
      <section>
        <h2>{t('run.recoveryTab')}</h2>
        {recovery ? (
          <ul>
            {policySentences(recovery, t).map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        ) : (
          <p className="quiet">{t('run.noRecovery')}</p>
        )}
      </section>
    </>
  );
}

function Code({ run: { snapshot } }: { run: Run }) {
  const t = useT();
  return (
    <section>
      <h2>{t('run.code')}</h2>
      {snapshot ? (
        <dl className="facts">
          <dt>{t('run.workdir')}</dt>
          <dd className="mono">{snapshot.workdir}</dd>
          <dt>{t('run.snapshot')}</dt>
          <dd className="num">
            {t('run.snapshotSize', {
              count: snapshot.files,
              n: formatInteger(snapshot.files),
              bytes: formatBytes(snapshot.bytes),
            })}
          </dd>
          {snapshot.git ? (
            <>
              <dt>{t('run.commit')}</dt>
              <dd className="mono">
                {snapshot.git.commit.slice(0, 12)} <CopyButton text={snapshot.git.commit} />
              </dd>
              <dt>{t('run.branch')}</dt>
              <dd>{snapshot.git.branch ?? t('run.detached')}</dd>
              <dt>{t('run.uncommitted')}</dt>
              <dd>
                {snapshot.git.dirty
                  ? t('run.dirty', { bytes: formatBytes(snapshot.git.diffBytes) })
                  : t('run.clean')}
              </dd>
            </>
          ) : (
            <>
              <dt>{t('run.commit')}</dt>
              <dd className="quiet">{t('run.noGit')}</dd>
            </>
          )}
        </dl>
      ) : (
        <p className="quiet">{t('run.noSnapshot')}</p>
      )}
    </section>
  );
}

function Asked({ run: { spec } }: { run: Run }) {
  const t = useT();
  const { accelerators, cpus, memoryGiB } = spec.resources;
  const amount = (text: string, atLeast: boolean) => (atLeast ? t('run.atLeast', { n: text }) : text);
  const names = Object.keys(spec.envs);
  return (
    <section>
      <h2>{t('run.resources')}</h2>
      <dl className="facts">
        <dt>{t('run.accelerators')}</dt>
        <dd>
          {accelerators.length === 0
            ? t('run.none')
            : accelerators.map(({ name, count }) => `${count}×${name}`).join(', ')}
        </dd>
        {cpus ? (
          <>
            <dt>{t('run.cpus')}</dt>
            <dd>{amount(formatInteger(cpus.count), cpus.atLeast)}</dd>
          </>
        ) : null}
        {memoryGiB ? (
          <>
            <dt>{t('run.memory')}</dt>
            <dd>{amount(`${formatInteger(memoryGiB.size)} GiB`, memoryGiB.atLeast)}</dd>
          </>
        ) : null}
        {spec.numNodes > 1 ? (
          <>
            <dt>{t('run.nodes')}</dt>
            <dd>{formatInteger(spec.numNodes)}</dd>
          </>
        ) : null}
        {names.length > 0 ? (
          <>
            <dt>{t('run.variables')}</dt>
            <dd className="mono">{names.join(', ')}</dd>
          </>
        ) : null}
        {spec.secretNames.length > 0 ? (
          <>
            <dt>{t('run.secrets')}</dt>
            <dd>
              <span className="mono">{spec.secretNames.join(', ')}</span>{' '}
              <span className="quiet">({t('run.secretNote')})</span>
            </dd>
          </>
        ) : null}
      </dl>
    </section>
  );
}
