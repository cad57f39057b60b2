# files list RUN PATH | read RUN PATH MAX | usage RUN -
# Of the run's directory only: 67 when PATH leads out of it, by a link too; 66 when it is not there.
ty_is_run "$2" || exit 64
cd "$ty_root/runs/$2" 2>/dev/null || exit 66
base=$(pwd -P)
enter() {
  cd -P "./$1" 2>/dev/null || exit 66
  case $(pwd -P)/ in "$base"/*) ;; *) exit 67 ;; esac
}

# One entry is "KIND BYTES SECONDS NAME" and NUL: a name may hold anything else.
list() {
  if find . -prune -printf '' 2>/dev/null; then
    find . -mindepth 1 -maxdepth 1 -printf '%y %s %T@ %f\0' 2>/dev/null
    return 0
  fi
  for name in * .[!.]* ..?*; do
    if [ -L "$name" ]; then kind=l; elif [ -d "$name" ]; then kind=d; elif [ -f "$name" ]; then kind=f; elif [ -e "$name" ]; then kind=o; else continue; fi
    facts=$(stat -c '%s %Y' "./$name" 2>/dev/null || stat -f '%z %m' "./$name" 2>/dev/null) || continue
    printf '%s %s %s\0' "$kind" "$facts" "$name"
  done
}

case $1 in
  list)
    enter "$3"
    list
    ;;
  read)
    name=${3##*/}
    case $3 in */*) enter "${3%/*}" ;; esac
    if [ -L "./$name" ]; then
      real=$(readlink -f "./$name" 2>/dev/null)
      case $real in "$base"/*) ;; *) exit 67 ;; esac
    fi
    [ -f "./$name" ] && [ -r "./$name" ] || exit 66
    ty_measure "./$name"
    printf '%s\n' "$ty_size"
    head -c "$4" <"./$name"
    ;;
  usage)
    set -- $(du -sk . 2>/dev/null)
    printf '%s\n' "${1:-0}"
    ;;
esac
