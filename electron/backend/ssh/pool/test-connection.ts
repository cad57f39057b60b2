import type { Clock } from '#backend/clock.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { type ConnectionStep, connectionSteps } from '#shared/domain/site.ts';
import { visible } from '../errors.ts';
import type { SshConnection } from '../interface.ts';

type StepName = ConnectionStep['step'];
type Report = Pick<ConnectionStep, 'step' | 'state' | 'detail'>;

/** What Trainyard uses on a box; all of it is POSIX but `setsid`, `tar` and a hash. */
const tools = `for tool in setsid tar sha256sum shasum openssl mkfifo rsync nvidia-smi python3; do
  command -v "$tool" >/dev/null 2>&1 && printf '%s ' "$tool"
done
printf '\\n%s\\n' "\${SHELL:-unknown}"; uname -sr`;

/** The steps of connecting as they happen, then what runs there; the connection is closed at the end. */
export async function* testSteps(
  clock: Clock,
  signal: AbortSignal,
  connect: (onStep: (report: Report) => void) => Promise<SshConnection>,
): AsyncGenerator<ConnectionStep> {
  const steps = new StepQueue(clock);
  let connection: SshConnection | null = null;
  const work = (async () => {
    try {
      connection = await connect((report) => steps.report(report));
      await tryPrograms(connection, steps, signal);
    } catch (error) {
      steps.fail(TrainyardError.from(error));
    } finally {
      steps.end();
    }
  })();
  try {
    yield* steps.all();
  } finally {
    await work;
    await (connection as SshConnection | null)?.close();
  }
}

async function tryPrograms(connection: SshConnection, steps: StepQueue, signal: AbortSignal): Promise<void> {
  steps.report({ step: 'shell', state: 'running', detail: '' });
  const { stdout } = await connection.exec(
    { script: tools },
    { signal, timeoutMs: 20_000, maxOutputBytes: 64 * 1024 },
  );
  const [found = '', shell = '', system = ''] = stdout.toString('utf8').split('\n').map(visible);
  steps.report({ step: 'shell', state: 'ok', detail: `${shell}, ${system}` });
  steps.report({ step: 'tools', state: 'running', detail: '' });
  const names = found.split(' ').filter((name) => name !== '');
  const missing = ['tar', 'mkfifo'].filter((name) => !names.includes(name));
  const hash = names.some((name) => ['sha256sum', 'shasum', 'openssl'].includes(name));
  const lacks = [...missing, ...(hash ? [] : ['sha256sum'])];
  steps.report({
    step: 'tools',
    state: lacks.length === 0 ? 'ok' : 'warning',
    detail: lacks.length === 0 ? names.join(', ') : `missing: ${lacks.join(', ')}`,
  });
}

/** Gives each step its time, and names the one that fails: the one that was running. */
class StepQueue {
  readonly #clock: Clock;
  readonly #waiting: ConnectionStep[] = [];
  #wake: (() => void) | null = null;
  #over = false;
  #current: StepName = 'resolve';
  #startedAt: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAt = clock.elapsed();
  }

  report(report: Report): void {
    if (report.state === 'running') this.#startedAt = this.#clock.elapsed();
    this.#current = report.step;
    this.#push(report.state === 'running' ? { ...report } : { ...report, tookMs: this.#took() });
  }

  /** The step under way has failed; those after it are skipped. */
  fail(error: TrainyardError): void {
    const step = stepOf(error, this.#current);
    this.#push({
      step,
      state: 'failed',
      detail: error.message,
      error: error.toShape(),
      tookMs: this.#took(),
    });
    for (const later of connectionSteps.slice(connectionSteps.indexOf(step) + 1)) {
      this.#push({ step: later, state: 'skipped', detail: '' });
    }
  }

  end(): void {
    this.#over = true;
    this.#wake?.();
  }

  async *all(): AsyncGenerator<ConnectionStep> {
    for (;;) {
      for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) yield next;
      if (this.#over) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #took(): number {
    return this.#clock.elapsed() - this.#startedAt;
  }

  #push(step: ConnectionStep): void {
    this.#waiting.push(step);
    this.#wake?.();
  }
}

/** Some errors say themselves where they belong. */
function stepOf(error: TrainyardError, current: StepName): StepName {
  if (error.code.startsWith('SSH_HOST_KEY_')) return 'hostKey';
  if (error.code === 'SSH_AUTH_FAILED' || error.code === 'SSH_KEY_UNREADABLE') return 'authentication';
  if (error.code === 'SSH_HOST_NOT_FOUND' || error.code === 'SSH_CONFIG_INVALID') return 'resolve';
  if (['SSH_REFUSED', 'SSH_UNREACHABLE', 'SSH_PROXY_FAILED', 'SSH_NOT_SSH'].includes(error.code))
    return 'tcp';
  return current;
}
