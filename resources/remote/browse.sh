# Looks at and changes files for the page. POSIX sh; needs find or stat, dd, df. $1: the verb, $2: a path.
# Travels with each call: nothing of it is installed. Paths come as words whose unusual bytes are "\0NNN", so that nothing in
# them means anything to a shell. What is refused is said on stderr as "!word details", exit 3.

LC_ALL=C
export LC_ALL
unset CDPATH

refuse() { printf '!%s\n' "$*" >&2; exit 3; }

free_kib() { df -Pk "${1:-.}" 2>/dev/null | sed -n '2s/.* \([0-9][0-9]*\) *[0-9][0-9]*% .*/\1/p'; }

# $1: what a program said. Tells a full disk from the rest.
refuse_write() {
  case $1 in
    *'o space left'* | *'uota exceeded'* | *'short write'*) refuse "full $(free_kib)" ;;
    *'ermission denied'* | *'ot permitted'*) refuse denied ;;
    *'ead-only file system'*) refuse 'readonly' ;;
    *) refuse "write $(printf '%s' "$1" | tr '\n' ' ' | cut -c 1-500)" ;;
  esac
}

# Why $1 cannot be had.
refuse_because() {
  said=$(ls -Ld -- "$1" 2>&1 >/dev/null)
  case $said in
    *': No such file or directory') refuse missing ;;
    *': Permission denied') refuse denied ;;
    *': Not a directory') refuse notdir ;;
    *': Too many levels of symbolic links' | *': Symbolic link loop') refuse loop ;;
    '') if [ -d "$1" ]; then refuse denied; elif [ -L "$1" ] && [ ! -e "$1" ]; then refuse missing; else refuse notdir; fi ;;
    *) refuse "read $(printf '%s' "$said" | tr '\n' ' ' | cut -c 1-500)" ;;
  esac
}

# Sets $path from a word, a home written out, no slash at its end.
read_path() {
  path=$(printf '%b.' "$1")
  path=${path%.}
  case $path in '~') path=$HOME ;; '~/'*) path=$HOME/${path#\~/} ;; esac
  while :; do case $path in ?*/) path=${path%/} ;; *) break ;; esac; done
}

enter() { cd -P -- "$1" 2>/dev/null || refuse_because "$1"; }

here() { here=$(pwd -P; printf .); here=${here%??}; }

# Into the directory of $path. Sets $file (./NAME, or "." of the root) and $full; what a link at its end leads to is not looked at.
stand() {
  case $path in */*) parent=${path%/*}/ base=${path##*/} ;; *) parent=. base=$path ;; esac
  case $base in
    '' | . | ..)
      enter "$path"
      here
      [ "$here" != / ] || { file=. full=/; return 0; }
      path=$here parent=${here%/*}/ base=${here##*/}
      ;;
  esac
  enter "$parent"
  here
  file=./$base full=${here%/}/$base
}

# To where a link at $file leads, so far as that is there.
follow() {
  turns=0
  while [ -L "$file" ]; do
    turns=$((turns + 1))
    [ "$turns" -le 40 ] || refuse loop
    path=$(readlink "$file"; printf .)
    path=${path%??}
    while :; do case $path in ?*/) path=${path%/} ;; *) break ;; esac; done
    stand
  done
}

find_lister() {
  if find /dev/null -prune -printf '' >/dev/null 2>&1; then lister=find
  elif stat -c '%f' /dev/null >/dev/null 2>&1; then lister=stat
  elif stat -f '%Xp' /dev/null >/dev/null 2>&1; then lister=bsd
  else refuse 'tool stat'
  fi
}

# What find is given tells what there is: "f MODE TYPE SIZE MTIME INODE THERE", owner, name, target, each ended by NUL; where
# find cannot, one ended by "//\n", which no name can hold, and of links "l NAME", target and what is there.
as_find='f %m %y %s %T@ %i %Y\0%u\0%f\0%l\0'
as_stat='s %f %s %i|%y|%U/%n//'
as_bsd='b %Xp %z %i|%Fm|%Su/%N//'
of_link='for f; do
  if [ -d "$f" ]; then k=d; elif [ -f "$f" ]; then k=f; elif [ -e "$f" ]; then k=o; else k=N; fi
  t=$(readlink "$f"; printf .)
  printf "l %s\0%s\0%s\0" "$f" "${t%??}" "$k"
done'

# The facts of $1 alone; "L" as $2: of what a link leads to.
facts() {
  case $lister$2 in
    find) find "$1" -prune -printf "$as_find" ;;
    findL) find -H "$1" -prune -printf "$as_find" ;;
    stat) stat -c "$as_stat" "$1" ;;
    statL) stat -L -c "$as_stat" "$1" ;;
    bsd) stat -f "$as_bsd" "$1" ;;
    bsdL) stat -L -f "$as_bsd" "$1" ;;
  esac
}

# What tells one state of a file from another, as it is told of above.
version() {
  case $lister in
    find) find -H "$1" -prune -printf '%s %T@ %i' ;;
    stat) stat -L -c '%s %y %i' "$1" ;;
    bsd) stat -L -f '%z %Fm %i' "$1" ;;
  esac 2>/dev/null
}

# Mode and owner, to give them to another.
owned() {
  case $lister in
    find) find -H "$1" -prune -printf '%m %U:%G' ;;
    stat) stat -L -c '%a %u:%g' "$1" ;;
    bsd) stat -L -f '%Lp %u:%g' "$1" ;;
  esac 2>/dev/null
}

# To the disk; $@: files.
to_disk() {
  sync -- "$@" 2>/dev/null && return
  for one; do dd if=/dev/null of="$one" conv=notrunc,fsync 2>/dev/null || { sync; return; }; done
}

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

readable() {
  [ -e "$file" ] || refuse_because "$file"
  [ ! -d "$file" ] || refuse isdir
  [ -f "$file" ] || refuse notfile
  [ -r "$file" ] || refuse denied
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
