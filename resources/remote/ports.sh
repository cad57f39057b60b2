# Who listens on TCP ports here, and which of the account's own processes that are. No arguments, no root; writes nothing.
# Ends with 3 where it cannot be told. Lines on stdout, all made harmless by tr before they are printed (one record is one line, whatever is in it):
#   T ADDRESS:PORT INODE   a listening socket of /proc/net/tcp or tcp6, in the kernel's hexadecimal
#   I INODE PID            whose it is, where it may be seen
#   L …                    a field of `lsof -F pcn`, where there is no /proc/net;  S ADDRESS.PORT of netstat, where there is no lsof
#   P PID                  of such a process follow  N its name, C its command line, R the run that it belongs to
LC_ALL=C
export LC_ALL
PATH=$PATH:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
export PATH

command -v awk >/dev/null 2>&1 || exit 3

one_line() { tr '\000-\037\177' '[ *]'; }

# tell PID: name, command and run of a process, as far as they may be read.
tell() {
  printf 'P %s\n' "$1"
  if [ -r "/proc/$1/cmdline" ]; then
    printf 'N %s\n' "$(dd if="/proc/$1/comm" bs=256 count=1 2>/dev/null | one_line)"
    printf 'C %s\n' "$(dd if="/proc/$1/cmdline" bs=2048 count=1 2>/dev/null | one_line)"
    # A newline within a value must not begin a variable: NUL becomes the newline, and that a space.
    run=$(dd if="/proc/$1/environ" bs=65536 count=8 2>/dev/null | tr '\n\000' ' \n' | sed -n 's/^TRAINYARD_RUN_ID=//p' | sed -n 1p)
    printf 'R %s\n' "$(printf '%.64s' "$run" | one_line)"
  else
    printf 'C %s\n' "$(ps -o command= -p "$1" 2>/dev/null | dd bs=2048 count=1 2>/dev/null | one_line)"
  fi
}

if [ -r /proc/net/tcp ]; then
  sockets=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '$4 == "0A" { print $2, $10 }' | sed -n 1,2000p)
  printf '%s\n' "$sockets" | sed -n 's/^./T &/p'
  # -q: a link's target is the name of some file, and may hold a newline. Busybox does so by itself.
  quiet=-lq
  ls -lq /proc/self/fd >/dev/null 2>&1 || quiet=-l
  owners=$({ printf '%s\n' "$sockets"; echo .; ls $quiet /proc/[0-9]*/fd 2>/dev/null; } | awk '
    !listed { if ($0 == ".") listed = 1; else if ($2 > 0) wanted[$2] = 1; next }
    /^\/proc\/[0-9]+\/fd:$/ { split($0, part, "/"); pid = part[3]; next }
    / -> socket:\[[0-9]+\]$/ {
      inode = $NF; gsub(/[^0-9]/, "", inode)
      if (pid != "" && (inode in wanted) && !((inode, pid) in seen)) { seen[inode, pid] = 1; print inode, pid }
    }' | sed -n 1,2000p)
  printf '%s\n' "$owners" | sed -n 's/^./I &/p'
  told=0
  for pid in $(printf '%s\n' "$owners" | awk '!seen[$2]++ { print $2 }'); do
    told=$((told + 1))
    [ "$told" -le 300 ] || break
    tell "$pid"
  done
elif command -v lsof >/dev/null 2>&1; then
  found=$(lsof -nP -iTCP -sTCP:LISTEN -F pcn 2>/dev/null | tr '\000-\011\013-\037\177' '[ *]' | sed -n 1,6000p)
  printf '%s\n' "$found" | sed -n 's/^[pcn]/L &/p'
  for pid in $(printf '%s\n' "$found" | sed -n 's/^p\([0-9][0-9]*\)$/\1/p' | sed -n 1,300p); do
    tell "$pid"
  done
else
  command -v netstat >/dev/null 2>&1 || exit 3
  netstat -an 2>/dev/null | awk '/^tcp/ && /LISTEN/ { print "S " $4 }' | sed -n 1,2000p
fi
exit 0
