# lock_run: makes this supervisor the one of its run, or answers and ends. Held for the attempt's life: with flock on a
# descriptor that the trainer inherits, so that it outlives a killed supervisor; elsewhere by a link that names its owner.

if command -v flock >/dev/null 2>&1 && [ -z "${TY_NO_FLOCK-}" ]; then
  try_lock() { flock -n 9; }
  unlock_run() { :; }
  { exec 9>>"$home/lock"; } 2>/dev/null || refuse_write "$( (: >>"$home/lock") 2>&1)"
else
  lock=$home/lock.owner
  try_lock() {
    ln -s "$$ $my_start $ty_boot $ty_host" "$lock" 2>/dev/null && return 0
    owner=$(readlink "$lock") || return 1
    set -- $owner
    [ "${4-}" = "$ty_host" ] || return 1
    [ "${3-}" = "$ty_boot" ] && ty_is_alive "${1-}" "${2-}" && return 1
    # Its owner is gone. Only one of those who find that out may take the link away.
    if ! mkdir "$lock.steal" 2>/dev/null; then
      [ -z "$(find "$lock.steal" -prune -mmin +1 2>/dev/null)" ] || rmdir "$lock.steal" 2>/dev/null
      return 1
    fi
    [ "$(readlink "$lock")" = "$owner" ] && rm -f "$lock"
    rmdir "$lock.steal"
    ln -s "$$ $my_start $ty_boot $ty_host" "$lock" 2>/dev/null
  }
  unlock_run() { rm -f "$lock"; }
fi

# The same launch, sent again because its answer was lost, gets the same answer. $1: how often to look for its process.
answer_again() {
  ty_read_start "$attempt" && [ "$ty_a_token" = "$token" ] || refuse stale "$ty_epoch"
  tries=0
  until ty_read_pid "$attempt" || ty_has_ended "$attempt"; do
    [ $((tries += 1)) -gt "$1" ] && refuse failed its first launch was broken off
    sleep 0.05
  done
  ty_clock
  age=-1
  [ "$ty_a_boot" = "$ty_boot" ] && age=$(((ty_now - ty_a_up) * 10))
  answer launched "${ty_a_pid:-0}" "$age"
  exit 0
}

# The same launch, broken off (a supervisor killed in its first moments) before there was a process: made anew.
never_ran() {
  ty_read_start "$attempt" && [ "$ty_a_token" = "$token" ] || return 1
  ty_read_pid "$attempt" || ty_has_ended "$attempt" || ty_get "$attempt/exit" || ty_get "$attempt/stop" && return 1
  ! ty_may_live "$run" "$epoch"
}

refuse_locked() {
  unlock_run
  refuse "$@"
}

lock_run() {
  waits=0
  while :; do
    if try_lock; then
      # It has gone on elsewhere: only a newer attempt than those there may begin here again.
      if ty_get "$home/moved"; then
        set -- $ty_record
        if [ "${2:-0}" -ge "$epoch" ]; then
          shift 2
          refuse_locked moved "$@"
        fi
      fi
      ty_read_epoch "$run"
      if [ "$ty_epoch" -eq "$epoch" ]; then
        never_ran && return 0
        unlock_run
        answer_again 0
      fi
      [ "$ty_epoch" -lt "$epoch" ] || refuse_locked stale "$ty_epoch"
      [ "$ty_epoch" -gt 0 ] && ty_may_live "$run" "$ty_epoch" && refuse_locked live "$ty_epoch"
      return 0
    fi
    ty_read_epoch "$run"
    [ "$ty_epoch" -eq "$epoch" ] && answer_again 200
    [ "$ty_epoch" -lt "$epoch" ] || refuse stale "$ty_epoch"
    # Held by an attempt that is alive and nobody has stopped; one in its first or last moments is worth waiting for.
    held=$home/attempts/$ty_epoch
    ty_get "$held/pid" && ! ty_get "$held/exit" && ! ty_get "$held/stop" && refuse live "$ty_epoch"
    [ $((waits += 1)) -gt 200 ] && refuse live "$ty_epoch"
    sleep 0.05
  done
}
