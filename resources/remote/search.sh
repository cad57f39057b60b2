# search RUN EPOCH LIMIT regex|fixed case|nocase PATTERN   Prints "LINE:BYTEOFFSET:TEXT", the text cut short; at the end
# "code N" on stderr, as grep gives it (0 found, 1 nothing, more: failed).
ty_is_run "$1" && ty_is_number "$2" && ty_is_number "$3" || exit 64
log=$ty_root/runs/$1/attempts/$2/log
[ -f "$log" ] || exit 66
limit=$3 kind=$4 case=$5 TY_PATTERN=$6
LC_ALL=C
export LC_ALL TY_PATTERN
# A log may be one endless line: grep has to hold it, within reason.
ulimit -v 1500000 2>/dev/null

case $(grep --version 2>&1) in
  *'GNU grep'*)
    options=-nba
    [ "$case" = nocase ] && options=${options}i
    if [ "$kind" = regex ]; then options=${options}E; else options=${options}F; fi
    { grep "$options" -m "$limit" -e "$TY_PATTERN" "$log"; echo "code $?" >&2; } | cut -b 1-4200
    ;;
  *)
    {
      awk -v limit="$limit" -v kind="$kind" -v fold="$case" '
        function folded(text) { return fold == "nocase" ? tolower(text) : text }
        BEGIN {
          pattern = folded(ENVIRON["TY_PATTERN"])
          if (kind == "regex") match("", pattern)
        }
        {
          line = folded($0)
          if (kind == "regex" ? line ~ pattern : index(line, pattern)) {
            printf "%d:%.0f:%s\n", NR, at, substr($0, 1, 4096)
            if (++found >= limit) exit
          }
          at += length($0) + 1
        }' "$log"
      echo "code $(($? * 2))" >&2
    }
    ;;
esac
