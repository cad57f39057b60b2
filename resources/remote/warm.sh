# warm RUN SETUPKEY   stdin: the setup as assignments (see warm-keep.sh), then nothing until it is to be broken off.
# Passes on the one line of warm-keep.sh, which works in a session of its own: it also ends the setup when we are killed.
ty_is_run "$1" || { echo 'refused failed bad arguments'; exit 0; }
ty_answer=$ty_root/tmp/$$.answer
[ ! -e "$ty_answer" ] || rm -f "$ty_answer"
if ! ty_line=$(mkfifo "$ty_answer" 2>&1); then
  printf 'refused write %s\n' "$ty_line"
  exit 0
fi
trap 'rm -f "$ty_answer"' EXIT
trap 'exit 1' HUP INT TERM
exec 4<>"$ty_answer"
ty_detach warm-keep.sh "$1" "$2" "$ty_answer" >/dev/null 2>&1 4>&-
IFS= read -r ty_line <&4
printf '%s\n' "$ty_line"
