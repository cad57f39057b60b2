# stopper.sh ROOT SH RUN EPOCH term|wait|kill
# Ends one attempt's whole tree, whoever is or is not connected: TERM, the grace, KILL. Only ever this epoch's: the same
# run may have been started again a moment later.
ty_root=$1 ty_sh=$2 run=$3 epoch=$4 how=$5
ty_bin=${0%/*}
. "$ty_bin/lib.sh"
. "$ty_bin/end.sh"
trap '' HUP INT
attempt=$ty_root/runs/$run/attempts/$epoch
ty_identify
ty_read_start "$attempt" || exit 1

# What belongs to it while its first process is alive is remembered by number and start: also those without the tag.
remember() {
  ty_read_pid "$attempt" && ty_is_alive "$ty_a_pid" "$ty_a_pidstart" || return 0
  ty_tree "$ty_a_pid"
  for member in $ty_members; do
    case " $known " in *" $member "*) ;; *) known="$known $member" ;; esac
  done
}
remember
find_left
case $how in
  term) [ -n "$left" ] && kill -TERM $left 2>/dev/null ;;
  kill) [ -n "$left" ] && kill -KILL $left 2>/dev/null ;;
esac

pause=0.05
while :; do
  { ty_has_ended "$attempt" || [ ! -d "$attempt" ]; } && exit 0
  remember
  if find_left; then
    read_deadline
    ty_clock
    if [ "$ty_now" -ge "${deadline:-0}" ]; then
      kill -KILL $left 2>/dev/null
      pause=0.05
    elif [ $((deadline - ty_now)) -lt 50 ]; then
      pause=0.05
    fi
  elif ! ty_is_alive "$ty_a_sup" "$ty_a_supstart"; then
    # Nobody is left and nobody saw how it ended: that it was stopped is all that is known.
    ty_has_ended "$attempt" && exit 0
    ty_get "$attempt/exit" || record_exit -
    put_surely "$attempt/state" "ended $ty_now"
    ty_notify "$run" >/dev/null 2>&1
    exit 0
  fi
  sleep $pause
  case $pause in 0.05) pause=0.1 ;; 0.1) pause=0.2 ;; *) pause=0.5 ;; esac
done
