# status [live] [RUN …]   Everything about all attempts, or those of the runs named, in one pass of awk.
# `live`: only those that have not ended.
ty_identify
ty_clock
export TY_BIN="$ty_bin"
only=all
if [ "${1-}" = live ]; then only=live; shift; fi
cd "$ty_root/runs" 2>/dev/null || { echo 'refused unknown'; exit 0; }
c='[0-9a-z]'
if [ $# -gt 0 ]; then
  for run; do
    shift
    ty_is_run "$run" && set -- "$@" "$run"/attempts/[1-9]*
  done
else
  set -- $c$c$c$c$c$c$c$c$c$c$c$c/attempts/[1-9]*
fi
# One `ls` for the length and inode of every log, one list of processes where there is no /proc; awk reads the rest.
{
  printf '%s\n' "$@"
  echo =logs
  [ $# -gt 0 ] && printf '%s/log\n' "$@" | LC_ALL=C xargs ls -lniL 2>/dev/null
  # The newest record of a stop that is armed, where one ever was (see armed.sh).
  echo =armed
  for each; do
    for newest in "$each"/arm.1*; do :; done
    case $newest in *arm.100000000 | *'*') ;; *) printf '%s\n' "$newest" ;; esac
  done
  echo =processes
  [ -n "$ty_proc" ] || LC_ALL=C ps -axo pid=,stat=,lstart=
} | LC_ALL=C awk -v boot="$ty_boot" -v host="$ty_host" -v now="$ty_now" -v wall="$(date +%s)" -v proc="$ty_proc" \
  -v only="$only" -f "$ty_bin/status.awk"
