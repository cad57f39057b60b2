# Prints "pid:start " for process `root`, its descendants and the members of its session and group.
# From /proc: the stat files' names are the arguments. Without /proc: "pid ppid pgid lstart…" lines on stdin.
function add(pid, ppid, group, session, start) {
  parent[pid] = ppid
  born[pid] = start
  if (pid == root || group == root || session == root) ours[pid] = 1
}
function read_stat(file, text, line, n, f, pid) {
  text = ""
  while ((getline line < file) > 0) text = text line
  close(file)
  if (text == "") return
  pid = text + 0
  sub(/^.*\) /, "", text)
  n = split(text, f, " ")
  if (n < 20 || f[1] == "Z" || f[1] == "X") return
  add(pid, f[2], f[3], f[4], f[20])
}
BEGIN {
  if (ARGV[1] != "-") {
    for (i = 1; i < ARGC; i++) read_stat(ARGV[i])
  } else {
    while ((getline line < "-") > 0) {
      n = split(line, f, " ")
      if (n < 8) continue
      start = f[4]
      for (i = 5; i <= n; i++) start = start "_" f[i]
      add(f[1], f[2], f[3], 0, start)
    }
  }
  do {
    grown = 0
    for (pid in parent) if (!(pid in ours) && (parent[pid] in ours)) { ours[pid] = 1; grown = 1 }
  } while (grown)
  for (pid in ours) if (pid in born) printf "%s:%s ", pid, born[pid]
}
