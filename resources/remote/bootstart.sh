# bootstart RUN EPOCH off | MAX GRACE SETUPKEY|-   stdin: a launch as assignments (see supervise.sh), without secrets
# Keeps in the run's directory what boot.sh is to start when this machine has been started anew, and has boot.sh run then.
run=$1 epoch=$2
. "$ty_bin/schedule.sh"
ty_is_run "$run" && ty_is_number "$epoch" || { echo 'refused failed bad arguments'; exit 0; }
home=$ty_root/runs/$run
if [ "$3" = off ]; then
  if [ -e "$home/boot" ]; then
    why=$(rm -f "$home/boot" 2>&1) || { printf 'refused write %s\n' "$why"; exit 0; }
    schedule_wanted_by_any || schedule_off
  fi
  echo 'boot off'
  exit 0
fi
ty_is_number "$3" && ty_is_number "$4" || { echo 'refused failed bad arguments'; exit 0; }
payload=$(cat)
case $payload in *'
#complete') ;; *) echo 'refused incomplete'; exit 0 ;; esac
[ -d "$home/attempts/$epoch" ] || { echo 'refused unknown'; exit 0; }
umask 077
new=$home/.boot.$$
ty_write "$new" "# v1 $epoch $3 $4 $5
$payload" && ty_sync "$new" && ty_why=$(mv "$new" "$home/boot" 2>&1) || {
  rm -f "$new"
  printf 'refused write %s\n' "$ty_why"
  exit 0
}
ty_sync "$home"
if schedule_on; then
  echo "boot $schedule_by"
else
  rm -f "$home/boot"
  printf 'boot impossible %s\n' "$(printf '%s' "$schedule_why" | tr '\n\t' '  ')"
fi
