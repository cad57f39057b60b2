# entomb RUN EPOCH TO   The run has gone on elsewhere: no attempt up to EPOCH starts here any more. Never over a live one.
run=$1 epoch=$2 to=$3
ty_is_run "$run" && ty_is_number "$epoch" || { echo 'refused failed bad arguments'; exit 0; }
home=$ty_root/runs/$run
refuse() {
  printf 'refused %s\n' "$*"
  exit 0
}
refuse_write() { refuse write "$1"; }
why=$(mkdir -p "$home" 2>&1) || refuse_write "$why"
ty_identify
ty_look_up $$
my_start=$ty_started
# As a launch does: one of both comes first, and the other sees what it did.
. "$ty_bin/lock.sh"
tries=0
until try_lock; do
  # Moved within one home (two machines that share it): a newer attempt is what starts no older one.
  ty_read_epoch "$run"
  if [ "$ty_epoch" -gt "$epoch" ]; then echo ok; exit 0; fi
  [ "$ty_epoch" -gt 0 ] && ty_may_live "$run" "$ty_epoch" && [ "$tries" -gt 20 ] && refuse live "$ty_epoch"
  [ $((tries += 1)) -gt 100 ] && refuse live "$ty_epoch"
  sleep 0.05
done
ty_read_epoch "$run"
if [ "$ty_epoch" -gt "$epoch" ]; then
  unlock_run
  echo ok
  exit 0
fi
if [ "$ty_epoch" -gt 0 ] && ty_may_live "$run" "$ty_epoch"; then
  unlock_run
  refuse live "$ty_epoch"
fi
before=0
if ty_get "$home/moved"; then
  before=${ty_record#v1 }
  before=${before%% *}
fi
if [ "$before" -le "$epoch" ]; then
  new=$home/.moved.$$
  ty_write "$new" "v1 $epoch $to" && ty_sync "$new" && ty_why=$(mv "$new" "$home/moved" 2>&1) || {
    rm -f "$new"
    unlock_run
    refuse_write "$ty_why"
  }
  ty_sync "$home"
fi
unlock_run
ty_notify "$run" >/dev/null 2>&1
echo ok
