# warm-job.sh ROOT SH ATTEMPT WORKDIR SETUPKEY   The first process of a setup that is run ahead: as job.sh, without a run.
ty_root=$1 ty_sh=$2 attempt=$3 workdir=$4 setup_key=$5
ty_bin=${0%/*}
ty_keep_run=$TRAINYARD_RUN_ID ty_keep_attempt=$TRAINYARD_ATTEMPT ty_keep_env=$TRAINYARD_ENV
. "$ty_bin/lib.sh"
# The setup is the next launch's: it need not know that this is none.
TRAINYARD_RUN_ID=$ty_keep_run TRAINYARD_EPOCH=0 TRAINYARD_ENV=$ty_keep_env TRAINYARD_ATTEMPT=$ty_keep_attempt
export TRAINYARD_RUN_ID TRAINYARD_EPOCH TRAINYARD_ENV TRAINYARD_ATTEMPT
. "$ty_bin/begin.sh"
. "$ty_bin/setup.sh"
exec >>"$attempt/log" 2>&1 </dev/null
ty_look_up $$
ty_put "$attempt/pid" "$$ $ty_started"
mark setup
cd "$workdir" || {
  complain "The directory $workdir cannot be entered."
  exit 126
}
if command -v bash >/dev/null 2>&1; then set -- bash -l; else set -- "$ty_sh"; fi
make_environment "$@"
exit 0
