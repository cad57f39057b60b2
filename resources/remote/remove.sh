# remove RUN [work]   Everything of it, unless an attempt may be alive. Moved aside first, so that no half of a run is ever seen.
# work: its working directory alone, with what set-up has noted about it; records, logs and the word of where it went stay.
ty_is_run "$1" || exit 64
home=$ty_root/runs/$1 what=${2-}
rm -rf "$ty_root"/tmp/removed.* 2>/dev/null
[ -d "$home" ] || { echo ok; exit 0; }
ty_identify
ty_read_epoch "$1"
if [ "$ty_epoch" -gt 0 ] && ty_may_live "$1" "$ty_epoch"; then
  printf 'refused live %s\n' "$ty_epoch"
  exit 0
fi
if command -v flock >/dev/null 2>&1 && [ -z "${TY_NO_FLOCK-}" ]; then
  exec 9>>"$home/lock"
  # A supervisor that has just written its last record holds it a moment longer.
  tries=0
  until flock -n 9; do
    [ $((tries += 1)) -gt 100 ] && { printf 'refused live %s\n' "$ty_epoch"; exit 0; }
    sleep 0.05
  done
fi
aside=$ty_root/tmp/removed.$1.$$
if [ "$what" = work ]; then
  rm -f "$home"/setup-*
  [ -e "$home/code" ] || { echo ok; exit 0; }
  home=$home/code
fi
why=$(mv "$home" "$aside" 2>&1) || { printf 'refused write %s\n' "$why"; exit 0; }
rm -rf "$aside" 2>/dev/null || { chmod -R u+rwx "$aside"; rm -rf "$aside"; } 2>/dev/null
echo ok
