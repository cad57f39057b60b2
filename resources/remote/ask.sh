# ask RUN EPOCH signal NAME | command SECONDS (the command on stdin, then a line `#complete`)
# Asks the trainer to save. A signal that is not handled would end it: it goes only to processes that handle it.
run=$1 epoch=$2
. "$ty_bin/end.sh"
. "$ty_bin/alive.sh"

# All processes of the attempt, in left.
find_all() {
  ty_read_pid "$attempt" && ty_is_alive "$ty_a_pid" "$ty_a_pidstart" && ty_tree "$ty_a_pid" && known=$ty_members
  find_left
}

# Who handles signal $1, as "PID PARENT" lines: handlers; and all "PID PARENT": family.
find_handlers() {
  family=$(LC_ALL=C awk -v all=1 -f "$ty_bin/handlers.awk" $left)
  handlers=$(LC_ALL=C awk -v signal="$1" -f "$ty_bin/handlers.awk" $left)
  kept=
  while read -r pid parent; do
    [ -n "$pid" ] || continue
    # bash has a handler for INT of its own.
    if [ "$1" = 2 ]; then
      case $(readlink "/proc/$pid/exe") in */bash | */sh | */dash | */busybox) continue ;; esac
    fi
    # A copy of its parent (fork without exec: a data loader's worker) has the parent's handlers without being a trainer.
    case "
$handlers
" in *"
$parent "*) cmp -s "/proc/$pid/cmdline" "/proc/$parent/cmdline" && continue ;; esac
    kept="$kept $pid"
  done <<END
$handlers
END
  # Of a launcher and its workers, or a shell and its program, the deepest that handle it.
  handlers=$(printf '%s\n' "$family" | LC_ALL=C awk -v kept="$kept" '
    { parent[$1] = $2 }
    END {
      n = split(kept, pid, " ")
      for (i = 1; i <= n; i++) for (at = parent[pid[i]]; at in parent && !(at in above); at = parent[at]) above[at] = 1
      for (i = 1; i <= n; i++) if (!(pid[i] in above)) printf "%s ", pid[i]
    }')
}

by_signal() {
  if [ -z "$ty_proc" ]; then echo 'refused nosignals'; exit 0; fi
  case $1 in
    HUP) number=1 ;; INT) number=2 ;; QUIT) number=3 ;; USR1) number=10 ;; USR2) number=12 ;; ALRM) number=14 ;;
    TERM) number=15 ;; CONT) number=18 ;; *) echo 'refused failed bad arguments'; exit 0 ;;
  esac
  find_all || { echo 'refused notalive'; exit 0; }
  find_handlers "$number"
  asked=0
  for pid in $handlers; do
    # Looked at again at the last moment: one that has become another program since would die of it.
    [ -n "$(LC_ALL=C awk -v signal="$number" -f "$ty_bin/handlers.awk" "$pid")" ] && kill -"$1" "$pid" 2>/dev/null &&
      asked=$((asked + 1))
  done
  if [ $asked = 0 ]; then echo 'refused unhandled'; else echo "asked $asked"; fi
}

# The variables of process $1 as export lines; newlines in values go by way of \001.
exports_of() {
  LC_ALL=C tr '\0\n' '\n\001' <"/proc/$1/environ" 2>/dev/null | LC_ALL=C awk -v q="'" '
    {
      n = index($0, "=")
      name = substr($0, 1, n - 1)
      if (name !~ /^[A-Za-z_][A-Za-z0-9_]*$/ || name ~ /^(UID|EUID|PPID|BASHOPTS|SHELLOPTS|BASH_VERSINFO)$/) next
      count = split(substr($0, n + 1), part, q)
      value = part[1]
      for (i = 2; i <= count; i++) value = value q "\\" q q part[i]
      gsub(/\001/, "\n", value)
      print "export " name "=" q value q
    }'
}

# The trainer's own environment, in exports: that of its oldest program (a conda environment may have been entered since the
# start); else what it was launched with.
find_environment() {
  exports= first=
  [ -n "$ty_proc" ] || return 0
  ty_read_pid "$attempt"
  for pid in $(printf '%s\n' $left | sort -n); do
    [ "$pid" = "$ty_a_pid" ] && continue
    case $(readlink "/proc/$pid/exe") in */bash | */sh | */dash | */busybox | '') continue ;; esac
    exports=$(exports_of "$pid")
    case $exports in *'export TRAINYARD_ENV='*) exports= ;; '') ;; *) return 0 ;; esac
  done
  exports=$(exports_of "$ty_a_pid")
  case $exports in *'export TRAINYARD_ENV='*) first=1 ;; esac
}

by_command() {
  limit=$1
  command=
  while IFS= read -r line; do
    [ "$line" = '#complete' ] && break
    command="$command$line
"
  done
  # Without a newline at its end, read says so though it has read it.
  [ "$line" = '#complete' ] || { echo 'refused incomplete'; exit 0; }
  exec </dev/null
  find_all || { echo 'refused notalive'; exit 0; }
  find_environment
  workdir=$(cat "$attempt/workdir" 2>/dev/null)
  out=$attempt/asked.log
  why=$( (: >>"$out") 2>&1) || { printf 'refused write %s\n' "$why"; exit 0; }
  (
    cd "${workdir:-$home/code}" || exit 126
    eval "$exports"
    TRAINYARD_RUN_ID=$run TRAINYARD_EPOCH=$epoch TRAINYARD_ATTEMPT=$run.$epoch.
    export TRAINYARD_RUN_ID TRAINYARD_EPOCH TRAINYARD_ATTEMPT
    text='eval "$1"'
    [ -z "$first" ] || text='eval "$TRAINYARD_ENV"; unset TRAINYARD_ENV TRAINYARD_BEGUN TRAINYARD_STATE; eval "$1"'
    if ! command -v bash >/dev/null 2>&1; then shell=$ty_sh; else shell=bash; fi
    set -- "$shell" -c "$text" "$shell" "$command"
    if command -v setsid >/dev/null 2>&1; then exec setsid "$@"; fi
    exec "$@"
  ) >>"$out" 2>&1 &
  asked=$!
  # Its group first, at once: whoever has called it off kills us a second later.
  end_it() {
    kill -KILL -$asked
    ty_tree $asked
    for member in $ty_members; do kill -KILL "${member%%:*}"; done
  }
  trap 'end_it 2>/dev/null; exit 1' HUP INT TERM
  (
    trap - HUP INT TERM
    waited=0
    while [ $((waited += 1)) -le "$limit" ]; do sleep 1; done
    end_it
  ) >/dev/null 2>&1 &
  watcher=$!
  wait $asked
  code=$?
  # KILL: a TERM that comes before it has taken off our trap would be lost, and it would be waited for to the limit.
  kill -KILL $watcher 2>/dev/null
  wait $watcher 2>/dev/null
  case $code in
    0) echo 'asked 1' ;;
    137) echo 'refused command code 137 (killed: it took too long)' ;;
    *) echo "refused command code $code" ;;
  esac
}

must_be_alive
case $3 in
  signal) by_signal "$4" ;;
  command) by_command "$4" ;;
esac
