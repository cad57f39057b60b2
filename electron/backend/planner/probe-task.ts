import { isMap, isScalar, parseDocument } from 'yaml';

/** After which a probe ends itself, whichever comes first. */
export interface ProbeEnd {
  steps: number;
  /** Of the task's "run:", its set-up not counted. */
  seconds: number;
}

/** How many steps a second there were, as it stands in a probe's log: the metric of this name. */
export const probedRate = 'trainyard/steps_per_second';

/**
 * Says what of some lines is a step, and prints the last one with how many different ones there were: "step 3/40", "Step: 50",
 * {"step": 50}, {"_step": 50}, "iter 7", and tqdm's "50/1000 [00:10<".
 */
const readsSteps = String.raw`{ line = tolower($0); number = ""
      if (match(line, /(^|[^a-z_])_?(global_step|step|iteration|iter)[^a-z0-9]*[0-9]+/)) {
        number = substr(line, RSTART, RLENGTH); gsub(/[^0-9]/, "", number) }
      else if (match(line, /[0-9]+\/[0-9]+ \[[0-9:]+</)) {
        number = substr(line, RSTART, RLENGTH); sub(/\/.*/, "", number) }
      if (number != "" && number != last) { seen++; last = number } }
    END { if (seen) print last + 0, seen }`;

/** Of a CSV its column of steps, as lines that say so. */
const readsColumn = String.raw`NR == 1 { for (i = 1; i <= NF; i++) { name = tolower($i); gsub(/[" \r]/, "", name)
        if (name ~ /(^|\/)_?(global_step|step|iteration|iter)$/) column = i }; next }
      column { gsub(/"/, "", $column); print "step " $column }`;

/** Its clock counts whole seconds: less than these says too little. */
const leastSeconds = 5;

/** Steps and seconds between the middle of the probe and its end (all of it where that is too short) → steps a second. */
const tellsRate = String.raw`{ steps = $5 - $3; seconds = $6 - $4
      if (steps <= 0 || seconds < ${leastSeconds}) { steps = $5 - $1; seconds = $6 - $2 }
      if (steps > 0 && seconds >= ${leastSeconds}) printf "\n${probedRate}=%.6g\n", steps / seconds }`;

/**
 * The task with a watch beside its "run:", which ends it on the box itself: nothing of this app is needed for that, it may be
 * closed or cut off. POSIX sh and awk, as all that runs on boxes. It ends with 0 where the watch ended it, else as it would have.
 * The watch waits for three different steps and looks on for five seconds at least: of less no speed can be told. It looks for them in the log, and where that says
 * nothing of steps, in the newest table of metrics (CSV, lines of JSON) that is written below the working directory. How fast they
 * came is printed into the log by the box's own clock. A task that cannot be changed comes back as it is.
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
trainyard_steps() { LC_ALL=C awk '
    ${readsSteps}'; }
trainyard_file() {
  case $1 in
    *.csv) { head -n 1 "$1"; tail -c 65536 "$1" | sed 1d; } | LC_ALL=C awk -F , '
      ${readsColumn}' ;;
    ?*) tail -c 65536 "$1" ;;
  esac
}
trainyard_tell() { [ ! -s "$trainyard_probe/pace" ] || LC_ALL=C awk '
    ${tellsRate}' "$trainyard_probe/pace"; }
(
  : >"$trainyard_probe/began"
  left=${seconds}
  first= middle= last= file= wait=0
  while [ "$left" -gt 0 ]; do
    sleep 1
    left=$((left - 1))
    found=$(tail -c 65536 "$trainyard_probe/log" 2>/dev/null | tr '\\r' '\\n' | trainyard_steps)
    if [ -z "$found" ]; then
      wait=$((wait - 1))
      if [ -z "$file" ] && [ "$wait" -le 0 ]; then
        wait=5
        file=$(find . -maxdepth 4 -name '.?*' -prune -o -type f -newer "$trainyard_probe/began" \\( -name '*.jsonl' -o -name '*.csv' \\) -print 2>/dev/null | tail -n 1)
      fi
      found=$(trainyard_file "$file" 2>/dev/null | trainyard_steps)
    fi
    step=\${found% *}
    [ -n "$step" ] || continue
    now=$(date +%s)
    [ -n "$first" ] || first="$step $now"
    if [ "$step" != "$last" ]; then
      last=$step
      [ -n "$middle" ] || [ $((2 * step)) -lt $((\${first% *} + ${steps})) ] || middle="$step $now"
      echo "$first \${middle:-$first} $last $now" >"$trainyard_probe/pace"
    fi
    [ "$step" -lt ${steps} ] || [ "\${found#* }" -lt 3 ] || [ $((now - \${first#* })) -lt ${leastSeconds} ] || break
  done
  trainyard_tell
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
trainyard_tell
exit "$trainyard_code"
`;
