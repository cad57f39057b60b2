# launch RUN EPOCH TOKEN GRACE SETUPKEY|-   stdin: the launch as assignments (see supervise.sh)
# Starts the supervisor, waits for its one line and passes it on. The line comes through a FIFO that only we hold open:
# the supervisor keeps no descriptor of the connection's, so the connection can end whenever it likes.
ty_answer=$ty_root/tmp/$$.answer
[ ! -e "$ty_answer" ] || rm -f "$ty_answer"
if ! ty_line=$(mkfifo "$ty_answer" 2>&1); then
  printf 'refused write %s\n' "$ty_line"
  exit 0
fi
trap 'rm -f "$ty_answer"' EXIT
trap 'exit 1' HUP INT TERM
exec 4<>"$ty_answer"
ty_detach supervise.sh "$1" "$2" "$3" "$4" "$5" "$ty_answer" >/dev/null 2>&1 4>&-
IFS= read -r ty_line <&4
printf '%s\n' "$ty_line"
