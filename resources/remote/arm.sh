# arm RUN EPOCH TOKEN TIME GRACE   (hundredths) The attempt ends at that time unless it is disarmed or armed anew before.
# The clock is read first: what comes after only takes from the time.
ty_clock
arm_wall_now=$(date +%s)
run=$1 epoch=$2 token=$3 time=$4 grace=$5
. "$ty_bin/end.sh"
. "$ty_bin/armed.sh"
. "$ty_bin/alive.sh"
ty_is_number "$time" && ty_is_number "$grace" || { echo 'refused failed bad arguments'; exit 0; }
due=$((ty_now + time))
# In whole seconds, rounded up: with a clock that runs right it is never the earlier one.
wall=$((arm_wall_now + (time + 99) / 100 + 1))
must_be_alive
if ty_get "$home/moved"; then
  set -- $ty_record
  [ "${2:-0}" -lt "$epoch" ] || { shift 2; printf 'refused moved %s\n' "$*"; exit 0; }
fi

new=$attempt/arm.new.$$
trap 'rm -f "$new"' EXIT
trap 'exit 1' HUP INT TERM
ty_why=
if ! arm_make 2>/dev/null || ! ty_write "$new" "$(printf '%-127s' "armed $token $due $wall $grace $time")"; then
  printf 'refused write %s\n' "${ty_why:-the records of a stop could not be made}"
  exit 0
fi
while :; do
  arm_read
  before=$arm_state
  case $arm_state in
    off) if arm_is_used "$token"; then echo 'refused armed'; exit 0; fi ;;
    fired) echo 'refused notalive'; exit 0 ;;
    armed)
      [ "$arm_token" = "$token" ] || { echo 'refused armed'; exit 0; }
      # Too late: from then on others may count on its end.
      arm_slept=0
      if arm_is_due && arm_fire; then echo 'refused notalive'; exit 0; fi
      ;;
  esac
  arm_step "$new"
  case $? in
    0) break ;;
    2) printf 'refused write %s\n' "$(ln "$new" "$arm_next" 2>&1)"; exit 0 ;;
  esac
done
[ "$before" = armed ] || ty_sync "$new" "$attempt"

# The supervisor's heartbeat is to look at once, and the other guard must be there.
wake beater USR1
if [ "$before" = off ] || ! find_guard timer; then
  find_guard timer && old=$guard || old=
  ty_detach timer.sh "$run" "$epoch" >/dev/null 2>&1 </dev/null
  tries=0
  until find_guard timer && [ "$guard" != "$old" ]; do
    # It may have ended already: with the attempt, or because the time has come.
    arm_read
    [ "$arm_state" = armed ] || break
    ty_get "$attempt/exit" && break
    if [ $((tries += 1)) -gt 400 ]; then
      arm_step "$attempt/arm.off"
      echo 'refused failed the timer could not be started'
      exit 0
    fi
    sleep 0.05
  done
fi
ty_notify "$run" >/dev/null 2>&1
echo ok
