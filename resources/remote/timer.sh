# timer.sh ROOT SH RUN EPOCH
# Beside the supervisor, for as long as a stop is armed: should that one be killed, this one ends the attempt in time.
ty_root=$1 ty_sh=$2 run=$3 epoch=$4
ty_bin=${0%/*}
. "$ty_bin/lib.sh"
. "$ty_bin/end.sh"
. "$ty_bin/armed.sh"
attempt=$ty_root/runs/$run/attempts/$epoch
ty_identify
sleeper=
trap '' HUP INT
trap '[ -n "$sleeper" ] && kill "$sleeper" 2>/dev/null; exit 0' TERM
ty_look_up $$
ty_put "$attempt/timer" "$$ $ty_started" || exit 1
while [ -d "$attempt" ] && ! ty_get "$attempt/exit" && ty_may_live "$run" "$epoch" && arm_guard; do
  arm_seconds "$arm_pause"
  sleep "$arm_text" &
  sleeper=$!
  wait "$sleeper" && arm_slept=$((arm_slept + arm_pause))
  sleeper=
done
exit 0
