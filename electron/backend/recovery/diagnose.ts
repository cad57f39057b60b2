import type { CauseGuess, Diagnosis } from '#shared/domain/recovery.ts';
import { bareKilled } from './causes.ts';

export interface Ending {
  /** The end of its log. */
  log: string;
  exitCode: number | null;
  /** Without SIG. */
  signal: string | null;
}

const linesShown = 20;
const linesRead = 400;
const longest = 500;

/**
 * What programs print at their end, the surest first: where a rank ran out of memory, the others' time-outs come after it.
 * Each list is matched against every line of the log's end, the last one that fits counts.
 */
const signs: readonly (readonly [CauseGuess, readonly RegExp[]])[] = [
  [
    'gpu-out-of-memory',
    [
      /\b(CUDA|HIP|MPS backend) out of memory\b/i,
      /\bOutOfMemoryError\b(?!.*Java)/,
      /\b(CUDA_ERROR_OUT_OF_MEMORY|hipErrorOutOfMemory|CUBLAS_STATUS_ALLOC_FAILED)\b/,
      /\b(RESOURCE_EXHAUSTED|ResourceExhaustedError)\b.*(OOM|out of memory)/i,
      /\bOOM when allocating tensor\b/,
    ],
  ],
  [
    'gpu-fault',
    [
      /\bNVRM: Xid\b/,
      /\buncorrectable ECC error\b/i,
      /\b(CUDA_ERROR_ECC_UNCORRECTABLE|cudaErrorECCUncorrectable|cudaErrorHardwareStackError)\b/,
      /\bCUDA error: (an illegal memory access|unspecified launch failure|unknown error|uncorrectable|misaligned address)/,
      /\bCUDA_ERROR_(ILLEGAL_ADDRESS|LAUNCH_FAILED|UNKNOWN)\b/,
      /\b(GPU is lost|has fallen off the bus)\b/i,
    ],
  ],
  [
    'disk-full',
    [
      /\bNo space left on device\b/i,
      /\bENOSPC\b/,
      /\bDisk quota exceeded\b/i,
      /\bPytorchStreamWriter failed writing file\b/,
      /\binline_container\.cc:\d+\] \. unexpected pos\b/,
    ],
  ],
  [
    'out-of-memory',
    [
      /\bOut of memory: Killed process\b/i,
      /\boom[-_]kill/i,
      /^MemoryError\b/,
      /\b(numpy\.core\._exceptions\.)?_?ArrayMemoryError\b/,
      /\bDefaultCPUAllocator: (can't allocate|not enough) memory\b/,
      /\bCannot allocate memory\b/,
      /\bstd::bad_alloc\b/,
      /\bDataLoader worker \(pid\(?s?\)? ?[\d, ]+\) (is killed by signal: Killed|exited unexpectedly)/,
      /\bis killed by signal: Bus error\b.*shared memory/,
    ],
  ],
  [
    'port-in-use',
    [/\bAddress already in use\b/i, /\bEADDRINUSE\b/, /\bport \d+ is already (in use|allocated)\b/i],
  ],
  [
    'missing-module',
    [
      /\bModuleNotFoundError\b/,
      /\bImportError: (cannot import name|.*cannot open shared object file|DLL load failed)/,
      /\bNo module named\b/,
      /: command not found$/,
      /^\S*sh: \d+: \S+: not found$/,
    ],
  ],
  [
    'permission',
    [
      /\bPermissionError\b/,
      /\bPermission denied\b/i,
      /\bRead-only file system\b/i,
      /\b(GatedRepoError|Invalid user token)\b/,
      /\b40[13] Client Error\b/,
    ],
  ],
  [
    'missing-file',
    [
      /\bFileNotFoundError\b/,
      /\bcan't open file\b.*No such file/,
      /\bNotFoundError\b.*No such file or directory/,
      /^\S+: (cannot access|can't open|cannot open) .*: No such file or directory$/,
      /: No such file or directory$/,
      /\bdoes not appear to have a file named\b/,
    ],
  ],
  [
    'nan-loss',
    [
      /\bloss\b.{0,40}\b(is|became|was) (nan|inf|infinite|not finite)\b/i,
      /\bLoss became infinite or NaN\b/i,
      /\b(NaN|Inf)\b.{0,20}\b(found|detected|encountered) in\b.{0,30}\b(loss|grad)/i,
      /\breturned nan values in its \d+th output\b/,
      /\bInvalid loss, terminating training\b/,
      /\bTensor had NaN values\b/,
      /\bMinimum loss scale reached\b/,
      /\b(the )?(loss|gradient|gradient norm)s? (is|are|contains?) (nan|non-?finite|infinite)\b/i,
    ],
  ],
  [
    'network',
    [
      /\bWatchdog caught collective operation timeout\b/,
      /\bncclInternalError|ncclSystemError|ncclRemoteError|ncclUnhandledCudaError\b/,
      /\bNCCL (error|WARN)\b.*(unhandled system error|Call to connect|Connect(ion)? (refused|reset|closed)|remote process)/i,
      /\b(Connection reset by peer|Connection refused|Connection timed out|Network is unreachable|No route to host|Broken pipe)\b/i,
      /\bConnection closed by (remote )?peer\b/i,
      /\b(Temporary failure in name resolution|Name or service not known|getaddrinfo failed)\b/,
      /\b(ConnectionError|ConnectTimeout|ReadTimeout|MaxRetryError|NewConnectionError|RemoteDisconnected)\b/,
      /\b(DistNetworkError|DistStoreError)\b/,
      /\bSocket Timeout\b/i,
    ],
  ],
  [
    'timeout',
    [
      /\bDUE TO TIME LIMIT\b/,
      /^(\w+\.)*Timeout(Error|Expired)\b/,
      /\btimed out after \d+/i,
      /\bTimed out waiting for\b/i,
    ],
  ],
  ['interrupted', [/^KeyboardInterrupt\b/, /\bSignalException: Process \d+ got signal: (2|15|1)\b/]],
  // Printed values are weaker than words: only where nothing else tells.
  ['nan-loss', [/\b(train_?|val_?)?loss['"]?\s*[=:]\s*-?(nan|inf)\b/i]],
  [
    'code-error',
    [
      /^(\w+\.)*\w*(Error|Exception|Warning)\b(: |$)/,
      /\bdevice-side assert triggered\b/,
      /^Traceback \(most recent call last\):/,
      /\bSegmentation fault\b/,
      /\bAssertion .* failed\b/,
      /: syntax error\b/,
      /\bAborted \(core dumped\)/,
    ],
  ],
];

/** Why it may have ended, from the log's end first, else from how it ended. A guess: it is shown as one. */
export function diagnose({ log, exitCode, signal }: Ending): Diagnosis {
  const lines = lastLinesOf(log);
  const lastLines = lines.slice(-linesShown).map(({ shown }) => shown);
  for (const [guess, patterns] of signs) {
    const line = lines.findLast(({ text }) => patterns.some((pattern) => pattern.test(text)));
    if (line !== undefined) return { guess, line: line.shown, lastLines };
  }
  const killed = lines.findLast(({ text }) => bareKilled.test(text));
  const guess = guessFromEnd(exitCode, signal);
  const line = guess === 'out-of-memory' ? (killed?.shown ?? '') : '';
  return { guess, line, lastLines };
}

function guessFromEnd(exitCode: number | null, signal: string | null): CauseGuess {
  if (signal === 'KILL' || exitCode === 137) return 'out-of-memory';
  if (signal === 'TERM' || signal === 'INT' || signal === 'HUP') return 'interrupted';
  if (signal !== null) return 'code-error';
  switch (exitCode) {
    case 130:
    case 143:
    case 129:
      return 'interrupted';
    case 124:
      return 'timeout';
    case 126:
      return 'permission';
    case 127:
      return 'missing-module';
    case 132:
    case 134:
    case 136:
    case 139:
      return 'code-error';
    default:
      return 'unknown';
  }
}

/** Where the code failed: the innermost frame of the last traceback and the error's kind. Null: no traceback. */
export function errorPlace(log: string): string | null {
  const lines = lastLinesOf(log);
  const frame = lines.findLast(({ text }) => /^\s*File ".*", line \d+/.test(text));
  if (frame === undefined) return null;
  const kind = lines.findLast(({ text }) => /^(\w+\.)*\w*(Error|Exception)\b/.test(text));
  const name = /^[\w.]+/.exec(kind?.text ?? '')?.[0] ?? '';
  const place = /File ".*", line \d+/.exec(frame.text)?.[0] ?? '';
  return `${place} ${name}`.slice(0, longest);
}

/**
 * The log's last lines: without what colours terminals; of a progress bar's line what was printed last; torchrun's
 * "[rank0]:" before a line is left out for matching.
 */
function lastLinesOf(log: string): { text: string; shown: string }[] {
  const lines: { text: string; shown: string }[] = [];
  for (const raw of log.split('\n').slice(-linesRead)) {
    const last = raw.replace(/\r+$/, '').split('\r').at(-1) ?? '';
    const shown = plain(last.slice(0, 4 * longest))
      .slice(0, longest)
      .trimEnd();
    if (shown === '') continue;
    lines.push({ text: shown.replace(/^(\[(rank|default)?\d+\]:?|\d+:)\s?/, ''), shown });
  }
  return lines;
}

/** Without escape sequences and control characters; tabs stay. */
const plain = (text: string): string =>
  text
    .replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '')
    .replace(/\u001b\][^\u0007\u001b]*(\u0007|\u001b\\)?/g, '')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
