# Gives out what is to be copied. POSIX sh; needs dd and tar. $1: how it goes on from here
#   out         on stdout
#   SESSION     a directory with a key: through ssh to the other machine ($2: which of its connections)
#   here        to copy-receive.sh on this machine, whose text is in $TY_RECEIVE, stage $2
# $3: what the receiver is to do; $4: directory; then "piece FILE SKIP COUNT BYTES" (MiB) or "pack" (names on stdin).
# With TY_ZIP, gzip or zstd, a pack is compressed by that on its way.
# Ends with 0 only when everything was read as long as it was said to be, and taken; with 4 where it could not be read, with 5
# where it was interrupted, else as what takes it ended: 3 where that refused, 255 where ssh found no way.

LC_ALL=C
export LC_ALL
how=$1 lane=$2 ask=$3 place=$4 what=$5
shift 5
cd "$place" || { printf '!read %s\n' "$place" >&2; exit 4; }
# Its group's share, too: where each session has one of its own (autogroup), that is what counts between them. Not the least that
# there is: on a machine that is busy with much, nothing would ever arrive. Said again where the kernel takes only so many a second.
yield_share() {
  for turn in 1 2 3; do
    { [ -w "/proc/$1/autogroup" ] && ! echo 10 >"/proc/$1/autogroup"; } 2>/dev/null || return 0
    sleep 0.1 2>/dev/null || return 0
  done
}

if [ "$TY_GENTLE" = 1 ]; then
  renice -n 19 -p $$ ${TY_LANE:+"$PPID"} >/dev/null 2>&1
  yield_share $$
  ! command -v ionice >/dev/null 2>&1 || ionice -c 3 -p $$ >/dev/null 2>&1
fi

archive() {
  if [ "$1" = null ]; then tar $TY_TAR -cf - --null -T -
  else xargs -0 tar $TY_TAR -cf -
  fi
}

produce() {
  if [ "$what" = piece ]; then
    # A file that has become shorter must not end as a piece that looks whole.
    file=$(printf '%b.' "$1")
    # In blocks that stay in the processor's cache until they are handed on.
    said=$(dd if="${file%.}" bs=131072 skip="$(($2 * 8))" count="$(($3 * 8))" 2>&1 >&5)
    status=$?
    case $status:$said in
      0:*) ;;
      # Ended by somebody, or nobody takes it any more: no fault of the file's.
      1??:* | 2??:* | *roken\ pipe*) return 5 ;;
      *) printf '!read %s\n' "$said" >&2; return 4 ;;
    esac
    full=$(($4 / 131072)) rest=0
    [ $(($4 % 131072)) = 0 ] || rest=1
    case $said in "$full+$rest records in"*) ;; *) printf '!short %s\n' "$said" >&2; return 4 ;; esac
  # Files that have gone or changed meanwhile are found by their hashes.
  elif [ -n "$TY_ZIP" ]; then archive "$1" | "$TY_ZIP" -1 >&5 || :
  else archive "$1" >&5 || :
  fi
}

consume() {
  if [ "$how" = here ]; then sh -c "$TY_RECEIVE" sh "$lane" $ask
  else ssh -F "$how/config" -S "$how/$lane" trainyard-copy "$ask"
  fi
}

if [ "$how" = out ]; then
  produce "$@" 5>&1
  exit
fi
# The end of what gives is told beside that of what takes.
ends=$({ { produce "$@" 5>&1 6>&- 7>&-; echo "made $?" >&6; } | consume >&7 6>&-; echo "took $?" >&6; } 6>&1 7>&2)
made=5 took=5
while read -r who status; do
  case $who in made) made=$status ;; took) took=$status ;; esac
done <<END
$ends
END
# What takes may end first and say why; what gives then only finds nobody there.
[ "$took" = 0 ] || exit "$took"
exit "$made"
