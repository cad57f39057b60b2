import { useEffect, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { translateError, useT } from '#renderer/i18n/index.ts';
import {
  Button,
  Dialog,
  ErrorState,
  formatDuration,
  type Shape,
  StatusDot,
  type Tone,
} from '#renderer/ui/index.ts';
import { type ConnectionStep, connectionSteps, type SshAddress } from '#shared/domain/site.ts';

const looks: Record<ConnectionStep['state'], [Tone, Shape]> = {
  running: ['accent', 'half'],
  ok: ['ok', 'tick'],
  warning: ['warn', 'half'],
  failed: ['bad', 'cross'],
  skipped: ['idle', 'dash'],
};

/** Each step of a connection as it happens, on a connection of its own, and where it failed. */
export function TestDialog({
  name,
  target,
  onClose,
}: {
  name: string;
  target: { siteId: string } | { ssh: SshAddress };
  onClose(): void;
}) {
  const t = useT();
  const [attempt, setAttempt] = useState(0);
  const { steps, failure, going } = useTest(target, attempt);
  return (
    <Dialog open title={t('sites.testTitle', { name })} onClose={onClose}>
      <ol className="steps" aria-live="polite">
        {connectionSteps.map((step) => (
          <StepLine key={step} name={t(`sites.step.${step}`)} found={steps.get(step)} />
        ))}
      </ol>
      {failure ? <ErrorState error={failure} /> : null}
      <div className="dialog__actions">
        <Button busy={going} onClick={() => setAttempt(attempt + 1)}>
          {t(going ? 'sites.testing' : 'sites.testAgain')}
        </Button>
        <Button look="primary" onClick={onClose}>
          {t('ui.close')}
        </Button>
      </div>
    </Dialog>
  );
}

function StepLine({ name, found }: { name: string; found: ConnectionStep | undefined }) {
  const t = useT();
  const [tone, shape] = looks[found?.state ?? 'skipped'];
  return (
    <li>
      <StatusDot
        tone={tone}
        shape={shape}
        label={found ? t(`sites.stepState.${found.state}`) : t('sites.stepState.skipped')}
      />
      <b>{name}</b>
      <span className="steps__detail">
        {found?.error
          ? translateError(found.error.code, found.error.params, found.error.message)
          : (found?.detail ?? '')}
      </span>
      <span className="quiet num">{found?.tookMs === undefined ? '' : formatDuration(found.tookMs)}</span>
    </li>
  );
}

/** Runs the test; again when `attempt` changes; ends it over there when the dialog closes. */
function useTest(target: { siteId: string } | { ssh: SshAddress }, attempt: number) {
  const [steps, setSteps] = useState<ReadonlyMap<string, ConnectionStep>>(new Map());
  const [failure, setFailure] = useState<unknown>(null);
  const [going, setGoing] = useState(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the target of an open dialog does not change
  useEffect(() => {
    const stop = new AbortController();
    setSteps(new Map());
    setFailure(null);
    setGoing(true);
    const follow = async () => {
      for await (const step of await rpc().sites.test(target, { signal: stop.signal })) {
        if (stop.signal.aborted) return;
        setSteps((before) => new Map(before).set(step.step, step));
      }
    };
    follow()
      .catch((thrown: unknown) => {
        if (!stop.signal.aborted) setFailure(thrown);
      })
      .finally(() => {
        if (!stop.signal.aborted) setGoing(false);
      });
    return () => stop.abort();
  }, [attempt]);
  return { steps, failure, going };
}
