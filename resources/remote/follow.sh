# follow RUN EPOCH OFFSET   The log's bytes from OFFSET on, as they are written, on stdout. On stderr "ready", and once the
# attempt has ended "ended BYTES": the reader counts, and is done when it has them all. Ends when its stdin does.
run=$1 epoch=$2 offset=$3
ty_is_run "$run" && ty_is_number "$epoch" || exit 64
attempt=$ty_root/runs/$run/attempts/$epoch
log=$attempt/log
[ -f "$log" ] || exit 66
ty_identify

# Without inotify or kqueue: cat goes on where the descriptor that they share stands, so nothing is doubled or left out.
poll_log() {
  block=65536
  dd bs=$block skip=$((offset / block)) count=1 2>/dev/null | tail -c +$((offset % block + 1))
  while :; do
    cat || exit
    sleep 0.2
  done
}
wait_for_the_end() {
  trap 'kill "$sleeper" 2>/dev/null; wait "$sleeper"; exit 0' TERM
  looks=0
  until ty_has_ended "$attempt"; do
    # Killed supervisors say nothing at the end: from time to time the processes themselves are asked.
    if [ $((looks += 1)) -ge 10 ]; then
      looks=0
      ty_may_live "$run" "$epoch" || ty_has_ended "$attempt" || break
    fi
    sleep 0.5 &
    sleeper=$!
    wait "$sleeper"
  done
  ty_measure "$log"
  printf 'ended %s\n' "$ty_size" >&2
}

echo ready >&2
case $(tail --version 2>&1) in
  *GNU* | *coreutils*) tail -c +$((offset + 1)) -f -s 0.2 "$log" </dev/null & ;;
  *BusyBox*) poll_log <"$log" & ;;
  *) tail -c +$((offset + 1)) -f "$log" </dev/null & ;;
esac
reader=$!
wait_for_the_end >/dev/null &
waiter=$!
trap 'kill "$reader" "$waiter" 2>/dev/null; wait' EXIT
trap 'exit 0' HUP INT TERM
while read -r ty_rest; do :; done
