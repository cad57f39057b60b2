# The stop that is armed for a move: "end at this time unless told otherwise". Read with `.`; needs lib.sh, attempt, run, epoch.
#
# Its history is a row of files arm.N in the attempt's directory, each one line: off | armed TOKEN DUE WALL GRACE SECONDS |
# fired. The one with the highest N counts. Whoever changes it (arm, renew, disarm, fire) makes N+1 as a hard link, which only
# one can: so a disarm and the deadline, or two laptops, never both succeed, without any lock and whoever is killed between.
# `off` and `fired` are links to files that were made ahead: they need no room on a full disk.

arm_first=100000000

# Records that a launch makes; for an attempt that an older version has launched, by whoever arms it first.
arm_make() {
  [ -f "$attempt/arm.fire" ] && return 0
  printf '%-127s\n' '' >"$attempt/timer" &&
    printf '%-1023s\n' '' >"$attempt/arm.used" &&
    printf '%-127s\n' off >"$attempt/arm.off" &&
    ln -f "$attempt/arm.off" "$attempt/arm.$arm_first" &&
    printf '%-127s\n' fired >"$attempt/arm.fire"
}

# A token that was taken off is used up: a renewal of it that was long on its way must not arm the attempt again, with nobody
# to put it off. The last twenty are kept, the newest first.
arm_use() {
  arm_used=$1
  arm_count=1
  ty_get "$attempt/arm.used"
  for arm_word in $ty_record; do
    [ "$arm_word" = "$1" ] && continue
    [ $((arm_count += 1)) -le 20 ] && arm_used="$arm_used $arm_word"
  done
  { printf '%-1023s\n' "$arm_used" 1<>"$attempt/arm.used"; } 2>/dev/null
}
arm_is_used() {
  ty_get "$attempt/arm.used"
  case " $ty_record " in *" $1 "*) return 0 ;; *) return 1 ;; esac
}

# What holds now: arm_n, arm_state (off, armed, fired), and of the last arming arm_token arm_due arm_wall arm_grace arm_total.
arm_read() {
  while :; do
    arm_n=$arm_first
    for arm_file in "$attempt"/arm.1*; do arm_n=${arm_file##*.}; done
    case $arm_n in *[!0-9]*) arm_n=$arm_first ;; esac
    arm_state=off
    [ "$arm_n" = $arm_first ] && return 0
    if ty_get "$attempt/arm.$arm_n"; then
      arm_split $ty_record
      # Before it stopped being so, it was armed: with whose token, and how long the grace was.
      [ "$arm_state" != fired ] || { ty_get "$attempt/arm.$((arm_n - 1))" && arm_split $ty_record && arm_state=fired; }
      return 0
    fi
    # Replaced since, or the whole attempt is gone.
    [ -d "$attempt" ] || return 0
  done
}
arm_split() {
  arm_state=$1 arm_token=${2:-} arm_due=${3:-0} arm_wall=${4:-0} arm_grace=${5:-0} arm_total=${6:-0}
}

# arm_step FILE: makes FILE's line the one that counts, if what arm_read saw still does. 1: it does not; 2: it cannot be written.
arm_step() {
  arm_next=$attempt/arm.$((arm_n + 1))
  if ! ln "$1" "$arm_next" 2>/dev/null; then
    [ -e "$arm_next" ] && return 1
    [ -d "$attempt" ] || return 1
    return 2
  fi
  # Old ones go in order, so while the one before is there, the next was never there before us.
  if [ ! -e "$attempt/arm.$arm_n" ]; then
    rm -f "$arm_next"
    return 1
  fi
  for arm_file in "$attempt"/arm.1*; do
    [ "${arm_file##*.}" -lt "$arm_n" ] || break
    rm -f "$arm_file"
  done
  return 0
}

# Whether the time has come, by the monotonic clock, by the wall clock (a machine that slept or was paused), or by having
# slept that long (arm_slept: where there is no monotonic clock and the other was set back). The first of them counts.
arm_is_due() {
  ty_clock
  arm_left=$((arm_due - ty_now))
  [ "$arm_left" -gt 0 ] || return 0
  arm_left_wall=$(((arm_wall - $(date +%s)) * 100))
  [ "$arm_left_wall" -gt 0 ] || return 0
  [ "$((arm_total - ${arm_slept:-0}))" -gt 0 ] || return 0
  return 1
}

# The time has come. Whoever wins starts the stop; whoever loses sees it through, too, in case the winner is killed.
# 1: it was disarmed or armed anew a moment before.
arm_fire() {
  arm_step "$attempt/arm.fire"
  case $? in
    0) arm_stop first ;;
    1)
      arm_read
      [ "$arm_state" = fired ] || return 1
      arm_stop second
      ;;
    # Not even a link fits on the disk. Nobody else can have changed anything either, and it must not go on.
    2) arm_stop first ;;
  esac
}

# TERM now, KILL at the time plus the grace, by a process of its own. Should it have begun already: KILL only.
arm_seen_through=
arm_stop() {
  arm_seen_through=1
  arm_tries=0
  # The other one is writing it down; if it never does, it was killed.
  while [ "$1" = second ] && [ $((arm_tries += 1)) -le 20 ] && ! ty_get "$attempt/stop"; do sleep 0.05; done
  ty_clock
  [ "$arm_due" -le "$ty_now" ] || arm_due=$ty_now
  arm_kill=$((arm_due + arm_grace))
  arm_how=term
  arm_word=timer
  arm_who=move
  if ty_get "$attempt/stop"; then
    arm_how=wait
    arm_split_stop $ty_record
  fi
  put_surely "$attempt/stop" "$arm_word $arm_kill $arm_who"
  ty_detach stopper.sh "$run" "$epoch" "$arm_how" >/dev/null 2>&1 </dev/null
  ty_notify "$run" >/dev/null 2>&1
}
arm_split_stop() {
  arm_word=$1 arm_who=${3:--}
  [ "$2" -ge "$arm_kill" ] || arm_kill=$2
}

# One look by a guard. 1: nothing is armed (any more). arm_pause: hundredths until the next look is due, a second at most,
# as a machine that wakes from sleep goes on with the rest of a pause.
arm_guard() {
  arm_read
  if [ "$arm_n" != "${arm_seen:-}" ]; then arm_seen=$arm_n arm_slept=0; fi
  case $arm_state in
    armed)
      if arm_is_due; then
        arm_fire && return 1
        arm_pause=1
        return 0
      fi
      arm_pause=100
      [ "$arm_left" -ge 100 ] || arm_pause=$arm_left
      return 0
      ;;
    fired)
      [ -n "$arm_seen_through" ] || arm_stop second
      return 1
      ;;
    *) return 1 ;;
  esac
}

# Hundredths as sleep wants them.
arm_seconds() {
  arm_text=$(($1 / 100)).
  case $(($1 % 100)) in ?) arm_text=${arm_text}0$(($1 % 100)) ;; *) arm_text=$arm_text$(($1 % 100)) ;; esac
}
