# On the app's own computer: what gives and what takes, with a pipe of the system's between them. POSIX sh. $1: the line after
# which the first byte comes that counts (what is earlier, a login shell printed); $2, $3: the two, as words of this shell.
# stdin is the giver's. Ends as the taker did where that was no success, else as the giver; with 6 where the line never came.

LC_ALL=C
export LC_ALL

take() {
  # read takes byte by byte from a pipe: nothing behind the line is lost.
  while IFS= read -r line; do
    [ "$line" != "$1" ] || { eval "$2" >/dev/null; return; }
  done
  return 6
}

ends=$({ { eval "$2" 6>&-; echo "made $?" >&6; } | { take "$1" "$3" 6>&-; echo "took $?" >&6; }; } 6>&1)
made=5 took=5
while read -r who status; do
  case $who in made) made=$status ;; took) took=$status ;; esac
done <<END
$ends
END
[ "$took" = 0 ] || exit "$took"
exit "$made"
