import './moves.css';
import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { rpc } from '#renderer/app/backend.ts';
import { paths } from '#renderer/app/routes.ts';
import { useMay } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import {
  Button,
  Checkbox,
  Dialog,
  ErrorState,
  Field,
  formatInteger,
  Input,
  Skeleton,
} from '#renderer/ui/index.ts';
import type { CopyPathKind } from '#shared/domain/copy.ts';
import type { MigrationPlan } from '#shared/domain/migration.ts';
import type { MigrationMode } from '#shared/domain/migration-phases.ts';
import { newId } from '#shared/domain/new-id.ts';
import type { Run } from '#shared/domain/run.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { type AskedMove, closeMove } from './ask-move.ts';
import { MachineChoice } from './machine-choice.tsx';
import { learnMoves } from './move-store.ts';
import { isAboutData, secretsNamed } from './plan-facts.ts';
import { PlanView } from './plan-view.tsx';
import { usePlan } from './use-plan.ts';

const shortestReason = 3;

/** Plans a move and starts it: where to, how, what stands against it, what it costs. */
export function MoveDialog({ asked: { run, machineId: wanted } }: { asked: AskedMove }) {
  const t = useT();
  const [machineId, setMachineId] = useState<string | null>(wanted);
  const [mode, setMode] = useState<MigrationMode | null>(null);
  const [path, setPath] = useState<CopyPathKind | null>(null);
  const detail = useRunDetail(run.id);
  const planning = usePlan({ runId: run.id, machineId, mode, path });
  const choose = (id: string) => {
    setMachineId(id);
    setMode(null);
    setPath(null);
  };
  return (
    <Dialog
      open
      className="dialog--move"
      title={t('move.title', { name: run.name })}
      description={t('move.intro', { machine: run.machineName })}
      onClose={closeMove}
    >
      <StartForm
        run={run}
        detail={detail}
        plan={planning.plan}
        looking={planning.looking}
        onAgain={planning.again}
      >
        <MachineChoice run={run} spec={detail?.spec} chosen={machineId} onChoose={choose} />
        {planning.looking && !planning.plan ? <Looking /> : null}
        {planning.failure ? <ErrorState error={planning.failure} onRetry={planning.again} /> : null}
        {planning.plan ? (
          <PlanView
            plan={planning.plan}
            looking={planning.looking}
            mode={mode ?? planning.plan.mode}
            path={path ?? planning.plan.path}
            onMode={setMode}
            onPath={setPath}
          />
        ) : null}
      </StartForm>
    </Dialog>
  );
}

function Looking() {
  const t = useT();
  return (
    <div className="move__looking">
      <p aria-live="polite">{t('move.looking')}</p>
      <Skeleton rows={5} />
    </div>
  );
}

/** The run with its specification: what it asks for, which secrets it needs. Null until it is here. */
function useRunDetail(runId: string): Run | null {
  const [run, setRun] = useState<Run | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    rpc()
      .runs.get({ runId }, { signal: abort.signal })
      .then(setRun)
      .catch((thrown: unknown) => {
        // The plan says by itself what is wrong with the run; without it only the hints beside the machines are missing.
        if (!abort.signal.aborted) console.info('The run to be moved could not be read:', thrown);
      });
    return () => abort.abort();
  }, [runId]);
  return run;
}

interface StartFormProps {
  run: AskedMove['run'];
  detail: Run | null;
  plan: MigrationPlan | null;
  looking: boolean;
  onAgain(): void;
  /** What is chosen and found out, above what the user has to say to it. */
  children: ReactNode;
}

/** What the user has to say before it starts (steps lost, an owner's reason, secrets), and the button, always in view. */
function StartForm({ run, detail, plan, looking, onAgain, children }: StartFormProps) {
  const t = useT();
  const mayOverride = useMay('owner');
  const [agreedTo, setAgreedTo] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const [secrets, setSecrets] = useState<Readonly<Record<string, string>>>({});
  const { start, busy, failure } = useStart(run, onAgain);
  const formId = useId();

  const failed = plan?.checks.filter(({ verdict }) => verdict === 'fail') ?? [];
  const onlyData = failed.length > 0 && failed.every(isAboutData);
  const overrides = onlyData && mayOverride && reason.trim().length >= shortestReason;
  const loses = plan?.mode === 'last';
  const lostSteps = plan?.estimate?.lostSteps ?? null;
  // What was agreed to for one plan is not agreed to for another.
  const loss = `${plan?.toMachineId} ${lostSteps}`;
  const agreed = agreedTo === loss;
  const names = secretsNamed(plan, failure, detail?.spec.secretNames ?? []);
  const ready =
    plan !== null &&
    !looking &&
    (plan.possible || overrides) &&
    (!loses || agreed) &&
    names.every((name) => secrets[name]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!ready) return;
    void start({
      plan,
      secrets: Object.fromEntries(names.map((name) => [name, secrets[name] ?? ''])),
      overrideReason: overrides ? reason.trim() : null,
    });
  };
  return (
    <>
      <div className="move">{children}</div>
      <form id={formId} className="move__start" onSubmit={submit}>
        {loses && plan.possible ? (
          <Checkbox
            label={
              lostSteps === null
                ? t('move.agreeUnknown')
                : t('move.agree', { count: lostSteps, steps: formatInteger(lostSteps) })
            }
            checked={agreed}
            onChecked={(on) => setAgreedTo(on ? loss : null)}
          />
        ) : null}
        {onlyData && mayOverride ? (
          <Field label={t('data.overrideReason')} hint={t('data.overrideHint')}>
            {(ids) => (
              <Input
                {...ids}
                value={reason}
                maxLength={500}
                onChange={(event) => setReason(event.target.value)}
              />
            )}
          </Field>
        ) : null}
        {names.length > 0 ? <p className="quiet">{t('move.secretsNeeded')}</p> : null}
        {names.map((name) => (
          <Field key={name} label={<code>{name}</code>}>
            {(ids) => (
              <Input
                {...ids}
                type="password"
                value={secrets[name] ?? ''}
                onChange={(event) => setSecrets({ ...secrets, [name]: event.target.value })}
              />
            )}
          </Field>
        ))}
        {failure ? <ErrorState error={failure} /> : null}
      </form>
      <div className="dialog__actions">
        <span className="move__why quiet" aria-live="polite">
          {whyNotReady()}
        </span>
        <Button onClick={closeMove}>{t('ui.cancel')}</Button>
        <Button type="submit" form={formId} look="primary" disabled={!ready} busy={busy}>
          {t('move.start')}
        </Button>
      </div>
    </>
  );

  function whyNotReady(): string {
    if (plan === null) return looking ? '' : t('move.chooseMachine');
    if (looking) return t('move.looking');
    if (onlyData && mayOverride) return overrides ? '' : t('move.needsReason');
    if (!plan.possible) return t('move.refused', { count: failed.length });
    if (loses && !agreed) return t('move.needsConsent');
    return '';
  }
}

interface StartWith {
  plan: MigrationPlan;
  secrets: Record<string, string>;
  overrideReason: string | null;
}

function useStart(run: AskedMove['run'], onAgain: () => void) {
  const [, navigate] = useLocation();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  // Sent twice it is one move; what was refused and then changed is another.
  const request = useRef(newId());
  const start = async ({ plan, secrets, overrideReason }: StartWith) => {
    setBusy(true);
    setFailure(null);
    const { lostSteps } = plan.estimate ?? { lostSteps: null };
    try {
      const move = await rpc().migrations.start({
        requestId: request.current,
        runId: run.id,
        machineId: plan.toMachineId,
        mode: plan.mode,
        ...(plan.path === null ? {} : { path: plan.path }),
        ...(plan.mode === 'last' && lostSteps !== null ? { acceptedLoss: lostSteps } : {}),
        ...(overrideReason === null ? {} : { override: { reason: overrideReason } }),
        secrets,
      });
      learnMoves([move]);
      closeMove();
      navigate(paths.run(run.id, 'moves'));
    } catch (thrown) {
      setFailure(thrown);
      setBusy(false);
      request.current = newId();
      // The checks are shown as they are now.
      if (TrainyardError.from(thrown).code === 'MOVE_REFUSED') onAgain();
    }
  };
  return { start, busy, failure };
}
