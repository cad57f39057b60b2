# watch SECONDS   Prints a report of everything, then one for each run that changes, told through a FIFO by whoever
# changes it (ty_notify), and every SECONDS one of what has not ended: the heartbeats, and what dies without a word.
# Quiet otherwise. Ends when its stdin does.
every=$1
me=$$
fifo=$ty_root/watch/$$.fifo
# What a killed one has left behind.
for left in "$ty_root"/watch/*.fifo "$ty_root"/tmp/*.answer; do
  [ -e "$left" ] || continue
  owner=${left##*/}
  kill -0 "${owner%%.*}" 2>/dev/null || rm -f "$left"
done

report() (
  . "$ty_bin/status.sh"
)
tell() {
  report
  while read -r changed <&5; do
    kill -0 "$me" 2>/dev/null || exit 0
    case $changed in
      tick) report live ;;
      *) ty_is_run "$changed" && report "$changed" ;;
    esac
  done
}
tick() {
  trap 'kill "$sleeper" 2>/dev/null; wait "$sleeper"; exit 0' TERM
  while kill -0 "$me" 2>/dev/null; do
    sleep "$every" &
    sleeper=$!
    wait "$sleeper"
    printf 'tick\n' >&5
  done
}

rm -f "$fifo"
if mkfifo "$fifo" 2>/dev/null; then
  exec 5<>"$fifo"
  tell </dev/null &
  teller=$!
  tick </dev/null >/dev/null 2>&1 &
  ticker=$!
else
  # No room for even that: the clock alone has to do.
  poll() {
    trap 'kill "$sleeper" 2>/dev/null; wait "$sleeper"; exit 0' TERM
    report
    while kill -0 "$me" 2>/dev/null; do
      sleep 5 &
      sleeper=$!
      wait "$sleeper"
      report
    done
  }
  poll </dev/null &
  teller=$! ticker=
fi
trap 'rm -f "$fifo"; kill $teller $ticker 2>/dev/null; wait' EXIT
trap 'exit 0' HUP INT TERM
while read -r ty_rest; do :; done
