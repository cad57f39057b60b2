# job.sh ROOT SH ATTEMPT WORKDIR SETUPKEY|- ANSWER
# The first process of the attempt's session: says who it is, makes the environment where that is not done yet, and
# becomes the user's program. Everything the user may see goes to the log, written to it directly.
ty_root=$1 ty_sh=$2 attempt=$3 workdir=$4 setup_key=$5 answer=$6
ty_bin=${0%/*}
ty_keep_run=$TRAINYARD_RUN_ID ty_keep_epoch=$TRAINYARD_EPOCH ty_keep_env=$TRAINYARD_ENV
. "$ty_bin/lib.sh"
TRAINYARD_RUN_ID=$ty_keep_run TRAINYARD_EPOCH=$ty_keep_epoch TRAINYARD_ENV=$ty_keep_env
TRAINYARD_ATTEMPT=$TRAINYARD_RUN_ID.$TRAINYARD_EPOCH.
export TRAINYARD_RUN_ID TRAINYARD_EPOCH TRAINYARD_ENV TRAINYARD_ATTEMPT

exec >>"$attempt/log" 2>&1 </dev/null
ty_look_up $$
ty_put "$attempt/pid" "$$ $ty_started"
. "$ty_bin/begin.sh"
if [ "$setup_key" = - ]; then mark running; else mark setup; fi
[ -p "$answer" ] && { printf 'launched %s 0\n' $$ 1<>"$answer"; } 2>/dev/null
# A stop may have come before there was anybody to send it to.
ty_get "$attempt/stop" && exit 143
ty_notify "$TRAINYARD_RUN_ID" >/dev/null 2>&1

cd "$workdir" || {
  complain "The directory $workdir cannot be entered."
  exit 126
}

# bash as a login shell where it is there: what people have in their profile (conda, CUDA's paths) is what they expect.
if command -v bash >/dev/null 2>&1; then set -- bash -l; else set -- "$ty_sh"; fi

if [ "$setup_key" != - ]; then
  . "$ty_bin/setup.sh"
  make_environment "$@"
  mark running
  ty_notify "$TRAINYARD_RUN_ID" >/dev/null 2>&1
  ty_get "$attempt/stop" && exit 143
fi
exec "$@" -c "$in_environment" "$attempt/run.sh"
