# look DIR DEPTH OPEN | read DIR | list DIR COMMAND
# What lies in a directory of checkpoints. Writes nothing. 66: not there, 67: no directory, 77: may not be entered.
LC_ALL=C
export LC_ALL
verb=$1 directory=$2
case $directory in '~') directory=$HOME ;; '~/'*) directory=$HOME/${directory#'~/'} ;; esac
[ -e "$directory" ] || exit 66
[ -d "$directory" ] || exit 67
cd -P -- "$directory" 2>/dev/null || exit 77
[ -r . ] || exit 77

# Each entry "KIND BYTES SECONDS INODE", name, where a link leads; every one of the three ends with NUL.
entries() {
  if find . -prune -printf '' 2>/dev/null; then
    printf 'gnu\0'
    find . -mindepth 1 -maxdepth "$1" -printf '%y %s %T@ %i\0%P\0%l\0' 2>/dev/null
    return 0
  fi
  # Lines here: what has a newline in its name is left out, or it could pass for another entry.
  nl='
'
  if stat -c %i . >/dev/null 2>&1; then
    printf 'stat\0'
    find . -mindepth 1 -maxdepth "$1" -name "*$nl*" -prune -o -exec stat -c '%f %s %Y %i /%y/ %n' {} + 2>/dev/null
  else
    printf 'bsd\0'
    find . -mindepth 1 -maxdepth "$1" -name "*$nl*" -prune -o -exec stat -f '%Xp %z %m %i /%Fm/ %N' {} + 2>/dev/null
  fi
  printf '\0'
  find . -mindepth 1 -maxdepth "$1" -type l -exec sh -c 'for link do printf "%s\0%s\0" "$link" "$(readlink "$link")"; done' sh {} + 2>/dev/null
}

# The files that processes of this user (or, as root, of all) have open for writing.
opened() {
  [ -d /proc/self/fd ] || return 0
  printf 'known\0'
  if find . -prune -printf '' 2>/dev/null; then
    find /proc/[0-9]*/fd -mindepth 1 -maxdepth 1 -type l -perm -200 -lname '/*' -printf '%l\0' 2>/dev/null
  else
    ls -l /proc/[0-9]*/fd 2>/dev/null | awk '/^l.w/ { at = index($0, " -> /"); if (at) print substr($0, at + 4) }' | tr '\n' '\0'
  fi
  return 0
}

case $verb in
  look)
    pwd -P
    now=$(date +%s.%N)
    printf '%s\n' "$now"
    entries "$3"
    printf '\0end\0'
    [ "$4" = 0 ] || opened
    ;;
  read)
    while IFS= read -r offset && IFS= read -r length && IFS= read -r path; do
      [ -f "./$path" ] && [ -r "./$path" ] && od -An -v -tx1 -j "$offset" -N "$length" "./$path" 2>/dev/null
      echo =
    done
    ;;
  list) sh -c "$3" ;;
esac
