import { isMap, isScalar, parseDocument } from 'yaml';

/** After which a probe ends itself, whichever comes first. */
export interface ProbeEnd {
  steps: number;
  /** Of the task's "run:", its set-up not counted. */
  seconds: number;
}

/** Says what of the log's end is a step: "step 3/40", "Step: 50", {"step": 50}, "iter 7", and tqdm's "50/1000 [00:10<". */
const readsSteps = String.raw`{ line = tolower($0); number = ""
      if (match(line, /(^|[^a-z_])(global_step|step|iteration|iter)[^a-z0-9]*[0-9]+/)) {
        number = substr(line, RSTART, RLENGTH); gsub(/[^0-9]/, "", number) }
      else if (match(line, /[0-9]+\/[0-9]+ \[[0-9:]+</)) {
        number = substr(line, RSTART, RLENGTH); sub(/\/.*/, "", number) }
      if (number != "" && number != last) { seen++; last = number; if (number + 0 >= most) done = 1 } }
    END { exit !(done && seen >= 3) }`;

/**
 * The task with a watch beside its "run:", which ends it on the box itself: nothing of this app is needed for that, it may be
 * closed or cut off. POSIX sh and awk, as all that runs on boxes. It ends with 0 where the watch ended it, else as it would have.
 * The watch waits for three different steps: of fewer no speed can be told. A task that cannot be changed comes back as it is.
 */
export function probeTask(yaml: string, end: ProbeEnd): string {
  const document = parseDocument(yaml, { schema: 'failsafe', uniqueKeys: false, logLevel: 'silent' });
  const { contents, errors } = document;
  const pair = isMap(contents)
    ? contents.items.find(({ key }) => isScalar(key) && key.value === 'run')
    : undefined;
  const run = pair?.value;
  if (errors.length > 0 || !isScalar(run) || typeof run.value !== 'string' || !run.range) return yaml;
  // Only this value is written anew: what the rest says depends on how it is written.
  const [from, to] = run.range;
  const script = watched(run.value, end);
  const isPlain = isMap(contents) && contents.flow !== true && /^[\t\n\x20-\x7e]*$/.test(script);
  const value = isPlain ? `|\n${script.replace(/^(?=.)/gm, '  ')}` : `${JSON.stringify(script)}\n`;
  return `${yaml.slice(0, from)}${isMap(contents) && contents.flow ? value.trimEnd() : value}${yaml.slice(to).replace(/^\n/, '')}`;
}

const watched = (
  run: string,
  { steps, seconds }: ProbeEnd,
): string => `# A probe: ends by itself after ${steps} steps or ${seconds} s. The task's own "run:" stands between the brackets.
trainyard_probe=\${0%/*}
(
  left=${seconds}
  while [ "$left" -gt 0 ]; do
    sleep 1
    left=$((left - 1))
    tail -c 65536 "$trainyard_probe/log" 2>/dev/null | tr '\\r' '\\n' | LC_ALL=C awk -v most=${steps} '
    ${readsSteps}' && break
  done
  : >"$trainyard_probe/probed"
  trap '' TERM
  kill -TERM -$$ 2>/dev/null || kill -KILL $$
  left=20
  while [ "$left" -gt 0 ] && kill -0 $$ 2>/dev/null; do
    sleep 1
    left=$((left - 1))
  done
  [ "$left" -gt 0 ] || kill -KILL -$$
) &
trainyard_watch=$!
trap : TERM
(
${run}
)
trainyard_code=$?
trap '' TERM
[ -e "$trainyard_probe/probed" ] && exit 0
kill -KILL "$trainyard_watch" 2>/dev/null
exit "$trainyard_code"
`;
