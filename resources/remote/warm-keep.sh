# warm-keep.sh ROOT SH RUN SETUPKEY ANSWER
# Runs a setup ahead of its launch, as an attempt without a number. On stdin come assignments of ty_workdir ty_setup ty_env,
# the last line being `#complete`; when stdin ends after that, whoever asked is gone, and the setup's whole tree goes, too.
ty_root=$1 ty_sh=$2 run=$3 setup_key=$4 answer=$5
ty_bin=${0%/*}
. "$ty_bin/lib.sh"
. "$ty_bin/end.sh"
trap '' HUP INT
home=$ty_root/runs/$run
epoch=warm-$$
attempt=$home/attempts/$epoch
keeper=
finish() {
  [ -z "$keeper" ] || kill "$keeper" 2>/dev/null
  rm -rf "$attempt"
  [ -p "$answer" ] && { printf '%s\n' "$*" 1<>"$answer"; } 2>/dev/null
  exit 0
}

payload=
while IFS= read -r line; do
  [ "$line" = '#complete' ] && break
  payload="$payload$line
"
done
[ "${line-}" = '#complete' ] || finish refused incomplete
eval "$payload"
payload=
# Where that has been done, there is nothing to do.
[ -f "$home/setup-$setup_key" ] || [ -f "$ty_root/envs/$setup_key/done" ] && finish ok

case $ty_workdir in /*) workdir=$ty_workdir ;; *) workdir=$home/$ty_workdir ;; esac
why=$({ mkdir -p "$attempt" && printf '%s\n' "$ty_setup" >"$attempt/setup.sh" && : >"$attempt/log"; } 2>&1) ||
  finish refused write "$why"
[ -d "$workdir" ] || why=$(mkdir -p "$workdir" 2>&1) || finish refused workdir "$why"

exec 3<&0 </dev/null
keep() {
  while read -r line; do :; done
  # What is only just beginning has no tag yet: again until we are told to end.
  while :; do
    sweep
    sleep 0.1
  done
}
keep <&3 &
keeper=$!
exec 3<&-

# In the foreground: a shell's background job would have INT and QUIT ignored.
(
  trap - HUP INT TERM
  TRAINYARD_ENV=$ty_env
  TRAINYARD_RUN_ID=$run TRAINYARD_EPOCH=$epoch TRAINYARD_ATTEMPT=$run.$epoch.
  export TRAINYARD_ENV TRAINYARD_RUN_ID TRAINYARD_EPOCH TRAINYARD_ATTEMPT
  set -- "$ty_sh" "$ty_bin/warm-job.sh" "$ty_root" "$ty_sh" "$attempt" "$workdir" "$setup_key"
  if command -v setsid >/dev/null 2>&1; then exec setsid "$@"; fi
  if command -v perl >/dev/null 2>&1; then exec perl -e 'use POSIX; setsid(); exec @ARGV' "$@"; fi
  exec "$@"
)
code=$?
ty_env=
# KILL: a TERM that comes before it has taken off our traps would be lost.
kill -KILL "$keeper" 2>/dev/null
wait "$keeper" 2>/dev/null
keeper=
# It was broken off, or has left something running: there is no attempt yet that it could belong to.
sweep
[ "$code" -eq 0 ] && finish ok
said=$(tail -n 8 "$attempt/log" 2>/dev/null | tail -c 800 | tr '\n\r\t' '   ')
finish refused setup "code $code: $said"
