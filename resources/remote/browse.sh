# Looks at and changes files for the page, after browse-lib.sh. $1: the verb, $2: a path. Travels with each call: nothing of it is
# installed.

# Both states of what is at $file, whether it can be written, and its whole name.
describe() {
  [ -e "$file" ] || [ -L "$file" ] || refuse_because "$file"
  may=0
  [ ! -w "$file" ] || may=1
  # A file is replaced whole.
  [ -d "$file" ] || [ -L "$file" ] || [ -w . ] || may=0
  printf '%s\0%s\0' "$full" "$may"
  facts "$file" 2>/dev/null || refuse_because "$file"
  if [ -L "$file" ]; then
    [ "$lister" = find ] || sh -c "$of_link" sh "$file"
    if [ -e "$file" ]; then printf '>'; facts "$file" L 2>/dev/null; fi
  fi
  printf '.'
}

# So many bytes ($3) from $2 on of $1, in blocks: what is before and after is cut off where it arrives.
piece() { dd if="$1" bs=4096 skip=$(($2 / 4096)) count=$((($2 + $3 + 4095) / 4096 - $2 / 4096)) 2>/dev/null; }

verb=$1
shift
read_path "$1"
shift
case $verb in
  list)
    enter "$path"
    [ -r . ] || refuse denied
    find_lister
    here
    may=0
    [ ! -w . ] || may=1
    printf '%s\0%s\0%s\0' "$here" "$(free_kib)" "$may"
    case $lister in
      find) find . -mindepth 1 -maxdepth 1 -printf "$as_find" 2>/dev/null ;;
      stat) find . -mindepth 1 -maxdepth 1 -exec stat -c "$as_stat" {} + 2>/dev/null ;;
      bsd) find . -mindepth 1 -maxdepth 1 -exec stat -f "$as_bsd" {} + 2>/dev/null ;;
    esac
    [ "$lister" = find ] || find . -mindepth 1 -maxdepth 1 -type l -exec sh -c "$of_link" sh {} + 2>/dev/null
    printf '.'
    ;;
  stat)
    stand
    find_lister
    describe
    ;;
  # The same, and so many bytes ($1) of its beginning where it is a file.
  head)
    stand
    find_lister
    describe
    [ -f "$file" ] || exit 0
    readable
    piece "$file" 0 "$1"
    ;;
  # $1 bytes from $2 on, with the state it has before and after.
  read)
    stand
    readable
    find_lister
    printf '%s\0' "$(version "$file")"
    piece "$file" "$2" "$1"
    printf '\0%s' "$(version "$file")"
    ;;
  # All of it from MiB $1 on.
  send)
    stand
    readable
    if [ "$1" = 0 ]; then exec cat "$file"; else exec dd if="$file" bs=1048576 skip="$1" 2>/dev/null; fi
    ;;
  # SHA-256 of all of it, with the state it has before and after. Beside a training, as little in its way as can be.
  hash)
    renice -n 19 -p $$ >/dev/null 2>&1
    stand
    readable
    find_lister
    printf '%s\n' "$(version "$file")"
    find_hasher && h=$($hasher <"$file") && printf '%s' "${h%% *}"
    printf '\n%s\n' "$(version "$file")"
    ;;
  # Stdin, $1 bytes, becomes the file. $2: the version that it must have, as a word; empty: there must be none. $3: a name of ours.
  write)
    expected=$(printf '%b.' "$2")
    expected=${expected%.}
    bytes=$1 temporary=./.trainyard-write-$3
    stand
    follow
    find_lister
    [ ! -d "$file" ] || refuse isdir
    unchanged() {
      if [ -z "$expected" ]; then
        [ ! -e "$file" ] || refuse exists
      else
        [ -f "$file" ] || refuse_because "$file"
        [ "$(version "$file")" = "$expected" ] || refuse "changed $(version "$file")"
      fi
    }
    unchanged
    trap 'rm -f -- "$temporary"' 0
    trap 'exit 1' 1 2 13 15
    if [ -n "$expected" ]; then
      [ -w "$file" ] || refuse denied
      said=$( (umask 077; cat >"$temporary") 2>&1) || refuse_write "$said"
      set -- $(owned "$file")
      chown "$2" "$temporary" 2>/dev/null
      chmod "$1" "$temporary" || refuse "write chmod $1"
    else
      said=$( (cat >"$temporary") 2>&1) || refuse_write "$said"
    fi
    [ "$(wc -c <"$temporary")" -eq "$bytes" ] || refuse short
    to_disk "$temporary"
    unchanged
    if [ -n "$expected" ]; then said=$(mv -f -- "$temporary" "$file" 2>&1) || refuse_write "$said"
    # A name that came meanwhile is not written over; not every file system has hard links.
    elif ! said=$(ln -- "$temporary" "$file" 2>&1); then
      unchanged
      said=$(mv -f -- "$temporary" "$file" 2>&1) || refuse_write "$said"
    fi
    version "$file"
    ;;
  make-directory)
    stand
    [ ! -e "$file" ] && [ ! -L "$file" ] || refuse exists
    said=$(mkdir -- "$file" 2>&1) || refuse_write "$said"
    printf '%s' "$full"
    ;;
  # To the path or the name $1, never over anything.
  rename)
    stand
    [ -e "$file" ] || [ -L "$file" ] || refuse_because "$file"
    from=$full
    read_path "$1"
    stand
    [ ! -e "$file" ] && [ ! -L "$file" ] || refuse exists
    said=$(mv -n -- "$from" "$file" 2>&1) || refuse_write "$said"
    [ ! -e "$from" ] && [ ! -L "$from" ] || refuse exists
    printf '%s' "$full"
    ;;
  # The words on stdin, one a line, as whole names, each ended by NUL; before them the home, what is mounted, and all homes.
  resolve)
    enter "$HOME"
    here
    printf '%s\0' "$here"
    cat /proc/mounts 2>/dev/null || mount | sed -n 's/^.* on \(\/.*\) (.*$/- \1/p'
    printf '\0'
    cut -d: -f6 /etc/passwd 2>/dev/null
    printf '\0'
    while read -r word; do
      # With a mark: it may be gone, or lie where nothing can be looked at.
      case $word in
        '?'*)
          read_path "${word#?}"
          if cd -P -- "$path" 2>/dev/null; then here; printf '%s\0' "$here"; else printf '%s\0' "$path"; fi
          continue
          ;;
      esac
      read_path "$word"
      stand
      [ -e "$file" ] || [ -L "$file" ] || refuse_because "$file"
      printf '%s\0' "$full"
    done
    ;;
  # Of the whole names on stdin: files, directories, bytes and whether something could not be looked into, again and again.
  measure)
    find_lister
    export lister
    xargs -0 sh -c '
      case $lister in
        find) find "$@" -printf "%y %s\n" 2>/dev/null ;;
        stat) find "$@" -exec stat -c "%f %s" {} + 2>/dev/null ;;
        bsd) find "$@" -exec stat -f "%Xp %z" {} + 2>/dev/null ;;
      esac || echo "! 0"' sh |
      awk '
        function tell() { printf "%.0f %.0f %.0f %d\n", files, directories, bytes, bad; fflush() }
        $1 == "!" { bad = 1; next }
        $1 == "d" || ($1 ~ /^4...$/) { directories++; next }
        { files++; if ($1 == "f" || $1 ~ /^8...$/) bytes += $2 }
        NR % 5000 == 0 { tell() }
        END { tell() }'
    ;;
  # The whole names on stdin, for good.
  remove)
    said=$(xargs -0 rm -rf -- 2>&1) || refuse_write "$said"
    ;;
  # What has $1 (a pattern) in its name: letter, blank, name below the directory, NUL.
  find)
    enter "$path"
    pattern=$(printf '%b.' "$1")
    pattern=${pattern%.}
    here
    set -- . -mindepth 1
    [ "$here" != / ] || set -- . -mindepth 1 \( -path ./proc -o -path ./sys -o -path ./dev \) -prune -o
    find_lister
    if [ "$lister" = find ]; then find "$@" -iname "$pattern" -printf '%y %p\0' 2>/dev/null
    else
      find "$@" -iname "$pattern" -exec sh -c 'for f; do
        if [ -L "$f" ]; then k=l; elif [ -d "$f" ]; then k=d; elif [ -f "$f" ]; then k=f; else k=o; fi
        printf "%s %s\0" "$k" "$f"
      done' sh {} + 2>/dev/null
    fi
    ;;
  *) refuse "verb $verb" ;;
esac
exit 0
