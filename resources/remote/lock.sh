# lock_run: makes this supervisor the one of its run, or answers and ends. Held for the attempt's life: with flock on a
# descriptor that the trainer inherits, so that it outlives a killed supervisor; elsewhere by a link that names its owner.

if command -v flock >/dev/null 2>&1 && [ -z "${TY_NO_FLOCK-}" ]; then
  try_lock() { flock -n 9; }
  unlock_run() { :; }
  { exec 9>>"$home/lock"; } 2>/dev/null || refuse write "$( (: >>"$home/lock") 2>&1)"
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

current_epoch() {
  current=0
  ty_get "$home/epoch" && ty_is_number "$ty_record" && current=$ty_record
}

# The same launch, sent again because its answer was lost, gets the same answer.
answer_again() {
  ty_read_start "$attempt" && [ "$ty_a_token" = "$token" ] || refuse stale "$current"
  tries=0
  until ty_read_pid "$attempt" || ty_has_ended "$attempt"; do
    [ $((tries += 1)) -gt 200 ] && refuse failed the first launch is stuck
    sleep 0.05
  done
  ty_clock
  age=-1
  [ "$ty_a_boot" = "$ty_boot" ] && age=$(((ty_now - ty_a_up) * 10))
  answer launched "${ty_a_pid:-0}" "$age"
  exit 0
}

# Whether the attempt in directory $1, epoch $2, may still have a process. Where it cannot be seen, it may.
is_live() {
  ty_has_ended "$1" && return 1
  ty_read_start "$1" || return 1
  if [ "$ty_a_boot" != "$ty_boot" ]; then
    [ "$ty_a_host" != "$ty_host" ]
    return
  fi
  ty_is_alive "$ty_a_sup" "$ty_a_supstart" && return 0
  ty_read_pid "$1" && ty_is_alive "$ty_a_pid" "$ty_a_pidstart" && return 0
  ty_tagged "$run" "$2"
}

lock_run() {
  tries=0
  while :; do
    if try_lock; then
      current_epoch
      [ "$current" -eq "$epoch" ] && locked_again
      [ "$current" -lt "$epoch" ] || locked_refuse stale "$current"
      [ "$current" -gt 0 ] && is_live "$home/attempts/$current" "$current" && locked_refuse live "$current"
      return 0
    fi
    current_epoch
    [ "$current" -eq "$epoch" ] && answer_again
    [ "$current" -lt "$epoch" ] || refuse stale "$current"
    # Held by an attempt that is alive and nobody has stopped; one in its first or last moments is worth waiting for.
    if [ "$current" -gt 0 ]; then
      held=$home/attempts/$current
      ty_get "$held/pid" && ! ty_get "$held/exit" && ! ty_get "$held/stop" && refuse live "$current"
    fi
    [ $((tries += 1)) -gt 200 ] && refuse live "$current"
    sleep 0.05
  done
}
locked_again() {
  unlock_run
  answer_again
}
locked_refuse() {
  unlock_run
  refuse "$@"
}
