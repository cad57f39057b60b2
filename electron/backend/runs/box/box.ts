import { randomBytes } from 'node:crypto';
import type { ExecOptions, RunsPrograms } from '#backend/processes/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { BoxConnection, type BoxOptions, refused } from './connection.ts';
import { boxAnswerInvalid, runUnknownOnBox } from './errors.ts';
import { listFiles, readFile, usage } from './files.ts';
import type { BoxLaunch, BoxLaunched, BoxReport, BoxRuns } from './interface.ts';
import { followLog, searchLog } from './log.ts';
import { movingCalls } from './moving.ts';
import { checkAttempt, checkId, checkLaunch, checkRange, launchPayload } from './request.ts';
import { parseReport } from './status.ts';
import { watchBox } from './watch.ts';

const largestSpecification = 8 * 1024 * 1024;

/** The runs on one box, through its programs and `resources/remote`. */
export function createBoxRuns(programs: RunsPrograms, options: BoxOptions = {}): BoxRuns {
  const box = new BoxConnection(programs, options);
  // Names this instance: its own launch sent again is answered as before, another's for the same epoch is refused.
  const instance = randomBytes(8).toString('hex');

  const call = (verb: string, args: readonly string[], execOptions: ExecOptions, signal?: AbortSignal) =>
    box.call(verb, args, signal ? { ...execOptions, signal } : execOptions);

  async function launch(request: BoxLaunch, signal?: AbortSignal): Promise<BoxLaunched> {
    checkLaunch(request);
    const { runId, epoch } = request;
    const args = [
      runId,
      String(epoch),
      request.token ?? instance,
      String(request.graceSeconds),
      request.setup === null ? '-' : (request.setupKey ?? '-'),
    ];
    const result = await call(
      'launch',
      args,
      { stdin: launchPayload(request), timeoutMs: 60_000, maxOutputBytes: 65_536 },
      signal,
    );
    const answer = result.stdout.toString('utf8');
    const match = /^launched (\d{1,10}) (-?\d{1,15})\n$/.exec(answer);
    if (!match) throw refused(answer, runId, epoch);
    const { root } = await box.places();
    return {
      directory: `${root}/runs/${runId}`,
      pid: Number(match[1]),
      startedAt: Date.now() - Math.max(0, Number(match[2])),
    };
  }

  async function status(runIds?: readonly string[], signal?: AbortSignal): Promise<BoxReport> {
    for (const runId of runIds ?? []) checkId(runId);
    if (runIds?.length === 0) return { bootId: null, attempts: [], damaged: [] };
    const result = await call('status', runIds ?? [], { maxOutputBytes: 64 * 1024 * 1024 }, signal);
    return parseReport(result.stdout.toString('utf8'), (await box.places()).root);
  }

  async function stop(
    runId: string,
    epoch: number,
    grace: string,
    by: string,
    signal?: AbortSignal,
  ): Promise<void> {
    checkAttempt(runId, epoch);
    const who = by.replace(/[^\w@.-]/g, '_').slice(0, 40) || '-';
    const result = await call('stop', [runId, String(epoch), grace, who], { maxOutputBytes: 65_536 }, signal);
    const answer = result.stdout.toString('utf8');
    if (answer !== 'ok\n') throw refused(answer, runId, epoch);
  }

  async function readLog(
    runId: string,
    epoch: number,
    offset: number,
    length: number,
    signal?: AbortSignal,
  ): Promise<Buffer> {
    if (length === 0) return Buffer.alloc(0);
    const args = [runId, String(epoch), String(offset), String(length)];
    const result = await call('log', args, { maxOutputBytes: length + 65_536, timeoutMs: 60_000 }, signal);
    box.checkExit(result.exitCode, runId, epoch);
    if (result.stdout.length > length) throw boxAnswerInvalid('more log than was asked for');
    return result.stdout;
  }

  const logOf = (runId: string, epoch: number) => ({
    box,
    runId,
    epoch,
    read: (offset: number, length: number, signal: AbortSignal) =>
      readLog(runId, epoch, offset, length, signal),
  });

  return {
    install: (signal) => box.places(signal),
    launch,
    status,
    stop: (runId, epoch, graceSeconds, by, signal) =>
      stop(runId, epoch, String(Math.max(0, Math.min(86_400, Math.ceil(graceSeconds)))), by, signal),
    kill: (runId, epoch, by, signal) => stop(runId, epoch, 'kill', by, signal),
    async readLog(runId, epoch, offset, length, signal) {
      checkAttempt(runId, epoch);
      checkRange(offset, length);
      return readLog(runId, epoch, offset, length, signal);
    },
    async followLog(runId, epoch, offset, signal) {
      checkAttempt(runId, epoch);
      checkRange(offset, 0);
      return followLog(logOf(runId, epoch), offset, signal);
    },
    searchLog(runId, epoch, query, signal) {
      checkAttempt(runId, epoch);
      return searchLog(logOf(runId, epoch), query, signal);
    },
    async listFiles(runId, path, signal) {
      checkId(runId);
      return listFiles(box, runId, path, signal);
    },
    async readFile(runId, path, maxBytes, signal) {
      checkId(runId);
      return readFile(box, runId, path, maxBytes, signal);
    },
    async readSpecification(runId, epoch, signal) {
      checkAttempt(runId, epoch);
      const path = `attempts/${epoch}/spec.json`;
      const { bytes, sizeBytes } = await readFile(box, runId, path, largestSpecification, signal).catch(
        (error) => {
          throw error instanceof TrainyardError && error.code === 'RUN_FILE_NOT_FOUND'
            ? runUnknownOnBox(runId, epoch)
            : error;
        },
      );
      if (bytes.length < sizeBytes) throw boxAnswerInvalid(`a specification of ${sizeBytes} bytes`);
      return bytes.toString('utf8');
    },
    async usage(runId, signal) {
      checkId(runId);
      return usage(box, runId, signal);
    },
    async remove(runId, signal, what = 'all') {
      checkId(runId);
      const result = await call(
        'remove',
        what === 'all' ? [runId] : [runId, what],
        { timeoutMs: 600_000 },
        signal,
      );
      const answer = result.stdout.toString('utf8');
      if (answer !== 'ok\n') throw refused(answer, runId, 0);
    },
    ...movingCalls(box),
    watch: (onChange, signal) => watchBox(box, onChange, signal, options.watchEverySeconds ?? 30),
  };
}
