# disarm RUN EPOCH TOKEN   It may go on. Refused once the time has come: then it stops, whatever anybody says.
run=$1 epoch=$2 token=$3
. "$ty_bin/end.sh"
. "$ty_bin/armed.sh"
. "$ty_bin/alive.sh"
must_be_alive
# Before anything else, so that no arming of this token that is still on its way can come after it.
arm_make 2>/dev/null
arm_use "$token"
# The one of now: a moment later another laptop may have armed it again, with a timer of its own.
find_guard timer && timer=$guard timer_start=${ty_record#* } || timer=
arm_slept=0
while :; do
  arm_read
  case $arm_state in
    off)
      # A step all the same: one that has looked at the tokens a moment before us must look again.
      arm_step "$attempt/arm.off"
      [ $? = 1 ] && continue
      echo ok
      exit 0
      ;;
    fired) echo 'refused notalive'; exit 0 ;;
  esac
  [ "$arm_token" = "$token" ] || { echo 'refused armed'; exit 0; }
  if arm_is_due; then
    arm_fire || continue
    echo 'refused notalive'
    exit 0
  fi
  arm_step "$attempt/arm.off"
  case $? in
    0) break ;;
    2) printf 'refused write %s\n' "$(ln "$attempt/arm.off" "$arm_next" 2>&1)"; exit 0 ;;
  esac
done
ty_sync "$attempt"
# One that stands still (SIGSTOP) is to end as well.
if [ -n "$timer" ] && ty_is_alive "$timer" "$timer_start"; then kill -TERM "$timer" && kill -CONT "$timer"; fi 2>/dev/null
ty_notify "$run" >/dev/null 2>&1
# On a disk so full that it could not be written down it may have been stopped all the same.
if ty_get "$attempt/stop"; then
  case $ty_record in timer*) echo 'refused notalive'; exit 0 ;; esac
fi
echo ok
