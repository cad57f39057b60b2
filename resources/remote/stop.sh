# stop RUN EPOCH GRACE|kill BY   Writes down that it was asked for, and has the box itself see it through.
run=$1 epoch=$2 grace=$3 by=$4
attempt=$ty_root/runs/$run/attempts/$epoch
ty_is_run "$run" && ty_is_number "$epoch" || { echo 'refused failed bad arguments'; exit 0; }
[ -d "$attempt" ] && ty_read_start "$attempt" || { echo 'refused unknown'; exit 0; }
if ty_has_ended "$attempt"; then echo ok; exit 0; fi
ty_identify
if [ "$ty_a_boot" != "$ty_boot" ]; then
  [ "$ty_a_host" = "$ty_host" ] && echo ok || echo 'refused elsewhere'
  exit 0
fi
ty_clock
how=term
word=user
case $grace in
  kill) how=kill deadline=$ty_now ;;
  *) ty_is_number "$grace" || grace=0
     deadline=$((ty_now + grace * 100)) ;;
esac
# A second stop may shorten the time, never lengthen it, and sends no second TERM: many trainers take that as "at once".
if ty_get "$attempt/stop"; then
  # Whoever was first is why it ends.
  word=${ty_record%% *}
  before=${ty_record#* }
  before=${before%% *}
  [ "$before" -lt "$deadline" ] && deadline=$before
  [ "$how" = kill ] || how=wait
fi
if ! ty_put "$attempt/stop" "$word $deadline $by"; then echo 'refused write the stop could not be recorded'; exit 0; fi
ty_sync "$attempt/stop"
ty_detach stopper.sh "$run" "$epoch" "$how" >/dev/null 2>&1 </dev/null
ty_notify "$run" >/dev/null 2>&1
echo ok
