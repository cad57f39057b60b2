# supervise.sh ROOT SH RUN EPOCH TOKEN GRACE SETUPKEY|- ANSWER
# One attempt of a run from its launch to its exit record. Started by launch.sh in a session of its own. On stdin come
# assignments of ty_spec ty_workdir ty_setup ty_run ty_env, all quoted, the last line being `#complete`. ty_env (export
# lines, secrets among them) lives in this shell's memory only: not in its environment, not on the disk.
ty_root=$1 ty_sh=$2
ty_bin=${0%/*}
run=$3 epoch=$4 token=$5 grace=$6 setup_key=$7 answer=$8
. "$ty_bin/lib.sh"
trap '' HUP INT TERM
home=$ty_root/runs/$run
attempt=$home/attempts/$epoch

answer() {
  [ -p "$answer" ] && { printf '%s\n' "$*" 1<>"$answer"; } 2>/dev/null
  answer=
}
trap '[ -n "$answer" ] && answer refused failed the supervisor ended early' EXIT
refuse() {
  answer refused "$@"
  exit 1
}
claimed=
refuse_write() {
  [ -n "$claimed" ] && rm -rf "$attempt" "$home/.new"
  refuse write "$1"
}

payload=$(cat)
exec </dev/null
case $payload in
  *'
#complete') ;;
  *) refuse incomplete ;;
esac
eval "$payload"
payload=

ty_is_run "$run" && ty_is_number "$epoch" && ty_is_number "$grace" || refuse failed bad arguments
ty_identify
ty_look_up $$
my_start=$ty_started

[ -d "$home/attempts" ] || why=$(mkdir -p "$home/attempts" 2>&1) || refuse_write "$why"
. "$ty_bin/lock.sh"
. "$ty_bin/armed.sh"
. "$ty_bin/end.sh"
lock_run

why=$({
  if [ -d "$attempt" ]; then rm -rf "$attempt"; fi
  if [ -e "$home/.new" ]; then rm -rf "$home/.new"; fi
  mkdir "$attempt" "$home/.new"
} 2>&1) || refuse_write "$why"
claimed=1

ty_clock
wall=$(date +%s)
blank=
case $ty_workdir in /*) workdir=$ty_workdir ;; *) workdir=$home/$ty_workdir ;; esac
write_files() {
  printf 'v1 %s %s %s %s %s %s %s %s\n' "$ty_boot" "$ty_host" $$ "$my_start" "$ty_now" "$wall" "$token" "$grace" >"$attempt/start" &&
    printf '%-127s\n' "$blank" >"$attempt/pid" &&
    printf '%-127s\n' "$blank" >"$attempt/exit" &&
    printf '%-127s\n' "0 $ty_now" >"$attempt/heartbeat" &&
    printf '%-127s\n' "$blank" >"$attempt/stop" &&
    printf '%-127s\n' "$blank" >"$attempt/state" &&
    printf '%-127s\n' "$blank" >"$attempt/beater" &&
    arm_make &&
    printf '%-1023s\n' "$blank" >"$attempt/complaint" &&
    printf '%s\n' "$workdir" >"$attempt/workdir" &&
    printf '%s\n' "$ty_run" >"$attempt/run.sh" &&
    printf '%s\n' "$ty_setup" >"$attempt/setup.sh" &&
    : >"$attempt/log" &&
    printf '%s' "$ty_spec" >"$attempt/spec.json" &&
    printf '%s' "$ty_spec" >"$home/.new/spec.json" &&
    printf '%s\n' "$epoch" >"$home/.new/epoch"
}
# A builtin's complaint cannot be caught without a fork: the disk is asked again when something went wrong.
write_files 2>/dev/null || refuse_write "$(write_files 2>&1)"

[ -d "$workdir" ] || why=$(mkdir -p "$workdir" 2>&1) || {
  rm -rf "$attempt" "$home/.new"
  refuse workdir "$why"
}
ty_sync "$attempt/start" "$attempt/pid" "$attempt/exit" "$attempt/heartbeat" "$attempt/stop" "$attempt/state" \
  "$attempt/complaint" "$attempt/run.sh" "$attempt/setup.sh" "$attempt/spec.json" "$attempt" "$home/.new/spec.json" "$home/.new/epoch"
# From here on the box knows this epoch; before, it is as if nothing had been asked.
why=$(mv "$home/.new/spec.json" "$home/.new/epoch" "$home/" 2>&1) || refuse_write "$why"
[ ! -e "$home/moved" ] || rm -f "$home/moved"
ty_sync "$home" "$home/attempts"

# The heartbeat: a counter, for whoever wants to see that this box and this supervisor are not standing still. It also
# keeps a stop that was armed, and goes on keeping it should the supervisor be killed.
beat() {
  # Only the trainer may hold the lock beside us. (Not `9>&-` at the call: dash keeps a copy to restore.)
  exec 9>&- >/dev/null 2>&1
  trap 'kill "$sleeper" 2>/dev/null; wait "$sleeper"; exit 0' TERM
  trap 'woken=1; kill "$sleeper" 2>/dev/null' USR1
  # Over already: a TERM that came before the trap was set is lost, and would be waited for.
  ty_get "$attempt/exit" && exit 0
  me=$1 n=0 last= sleeper=
  while :; do
    woken= armed=
    arm_guard && armed=1
    if ty_is_alive "$me" "$my_start"; then
      ty_clock
      # As often as ever, though it looks more often while a stop is armed.
      if [ -z "$armed" ] || [ -z "$last" ] || [ "$ty_now" -ge $((last + ${TY_BEAT:-5} * 100)) ]; then
        n=$((n + 1)) last=$ty_now
        ty_put "$attempt/heartbeat" "$n $ty_now"
      fi
    elif [ -z "$armed" ] || ! ty_may_live "$run" "$epoch"; then
      break
    fi
    arm_text=${TY_BEAT:-5}
    [ -z "$armed" ] || arm_seconds "$arm_pause"
    sleep "$arm_text" &
    sleeper=$!
    [ -z "$woken" ] || kill "$sleeper" 2>/dev/null
    wait "$sleeper" && [ -n "$armed" ] && arm_slept=$((arm_slept + arm_pause))
  done
}
beat $$ &
beater=$!
ty_look_up $beater && ty_put "$attempt/beater" "$beater $ty_started"

# The trainer runs in the foreground: a shell's background job would have INT and QUIT ignored for ever.
(
  trap - HUP INT TERM EXIT
  # Evaluated only by the shell that runs the user's script: what it sets (PATH, IFS) must not change how we work.
  TRAINYARD_ENV=$ty_env
  TRAINYARD_RUN_ID=$run TRAINYARD_EPOCH=$epoch TRAINYARD_ATTEMPT=$run.$epoch.
  export TRAINYARD_ENV TRAINYARD_RUN_ID TRAINYARD_EPOCH TRAINYARD_ATTEMPT
  set -- "$ty_sh" "$ty_bin/job.sh" "$ty_root" "$ty_sh" "$attempt" "$workdir" "$setup_key" "$answer"
  if command -v setsid >/dev/null 2>&1; then exec setsid "$@"; fi
  if command -v perl >/dev/null 2>&1; then exec perl -e 'use POSIX; setsid(); exec @ARGV' "$@"; fi
  exec "$@"
)
code=$?
ty_env=
ty_get "$attempt/pid" || answer refused failed the first process could not be started
answer=

record_exit "$code"
sweep
# One that stands still (SIGSTOP) would keep us waiting.
kill "$beater" 2>/dev/null && kill -CONT "$beater" 2>/dev/null
wait "$beater" 2>/dev/null
put_surely "$attempt/state" "ended $ty_now"
rmdir "$home/.new" 2>/dev/null
ty_notify "$run"
unlock_run
exit 0
