# boot.sh ROOT SH   Run by cron or systemd when the machine has started: begins the next attempt of each run that is to go on
# by itself (bootstart.sh) and was alive when the machine went down. What it did is in boot.log.
ty_root=$1 ty_sh=$2
ty_bin=${0%/*}
umask 077
. "$ty_bin/lib.sh"
. "$ty_bin/schedule.sh"
[ -d "$ty_root/runs" ] || exit 0
: >"$ty_root/boot.log"
ty_identify

say() { printf '%s %s: %s\n' "$(date '+%Y-%m-%d %H:%M:%S')" "$run" "$1" >>"$ty_root/boot.log"; }

# Whether run's newest attempt was alive when the machine went down and nothing speaks against going on. Whatever is in doubt
# is left to the laptop: an attempt that was armed may be running elsewhere by now.
may_go_on() {
  ty_read_epoch "$run"
  attempt=$home/attempts/$ty_epoch
  ty_read_start "$attempt" || return 1
  why='of another machine'
  [ "$ty_a_host" = "$ty_host" ] || return 1
  why='of this start of the machine'
  [ "$ty_boot" != unknown ] && [ "$ty_a_boot" != "$ty_boot" ] || return 1
  why='had ended, or was to end'
  ty_has_ended "$attempt" || ty_get "$attempt/exit" || ty_get "$attempt/stop" && return 1
  why='was about to be moved'
  . "$ty_bin/armed.sh"
  arm_read
  [ "$arm_state" = off ] || return 1
  why='has moved'
  [ ! -e "$home/moved" ] || return 1
  why='was started anew since this was planned'
  [ "$ty_epoch" = "$plan_epoch" ] || [ "$ty_a_token" = boot ] || return 1
  why="was started $plan_max times already"
  [ "$ty_epoch" -lt $((plan_epoch + plan_max)) ] || return 1
}

# What comes late when a machine starts: a mounted directory, the driver.
wait_for() {
  tries=0
  until eval "$1"; do
    [ $((tries += 1)) -gt "${TY_BOOT_TRIES:-60}" ] && return 1
    sleep 2
  done
}

for plan in "$ty_root"/runs/*/boot; do
  [ -f "$plan" ] || continue
  home=${plan%/boot}
  run=${home##*/}
  ty_is_run "$run" && ty_get "$plan" || continue
  set -- $ty_record
  [ $# -eq 6 ] && [ "$2" = v1 ] && ty_is_number "$3" && ty_is_number "$4" && ty_is_number "$5" || { say 'its plan cannot be read'; continue; }
  plan_epoch=$3 plan_max=$4 grace=$5 setup_key=$6
  why='its record cannot be read'
  may_go_on || { say "not started: $why"; continue; }
  workdir=$(cat "$attempt/workdir" 2>/dev/null)
  # Made anew where a disk is not mounted, it would be an empty one in the wrong place.
  wait_for '[ -d "$workdir" ]' || { say "not started: $workdir is not there"; continue; }
  command -v nvidia-smi >/dev/null 2>&1 && ! wait_for 'nvidia-smi -L >/dev/null 2>&1' && say 'nvidia-smi does not answer'
  say "$(
    set -- "$run" $((ty_epoch + 1)) boot "$grace" "$setup_key"
    . "$ty_bin/launch.sh" <"$plan"
  )"
done
schedule_wanted_by_any || schedule_off
exit 0
