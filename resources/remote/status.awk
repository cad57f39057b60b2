# Reads the attempts' directories ("RUN/attempts/EPOCH") on stdin, then the logs' `ls -lniL`, then processes; prints
# tab-separated facts, one line per attempt, between a first and a last line that show that nothing is missing.
function line_of(file, text) {
  text = ""
  if ((getline text < file) < 0) text = ""
  close(file)
  sub(/[ \t\r]+$/, "", text)
  return text
}
function alive(pid, start, text, line, n, f) {
  if (pid !~ /^[0-9]+$/) return 0
  if (!proc) return (pid in started) && started[pid] == start
  text = ""
  while ((getline line < ("/proc/" pid "/stat")) > 0) text = text line
  close("/proc/" pid "/stat")
  if (text == "") return 0
  sub(/^.*\) /, "", text)
  n = split(text, f, " ")
  return n >= 20 && f[1] !~ /[ZXx]/ && f[20] == start
}
# Children of Python close what they inherit: only when nobody carries the tag any more is an attempt gone.
function tagged(run, epoch, command, found, line) {
  command = "ty_root=. ty_bin=$TY_BIN; . \"$ty_bin/lib.sh\"; ty_tagged " run " " epoch " && echo yes"
  found = 0
  while ((command | getline line) > 0) if (line == "yes") found = 1
  close(command)
  return found
}
function age(up, wallthen, bootthen) {
  if (bootthen == boot && up ~ /^[0-9]+$/) return now >= up ? (now - up) * 10 : 0
  if (wallthen ~ /^[0-9]+$/) return wall >= wallthen ? (wall - wallthen) * 1000 : 0
  return "-"
}
# "TOKEN MILLISECONDS FIRED" for an attempt that is armed, and when it was (the record is kept), else "-".
function armed_of(dir, stop, n, f, left, fired) {
  if (!(dir in newest)) return "-"
  n = split(line_of(dir "/arm." newest[dir]), f, " ")
  if (f[1] == "off" || f[1] == "") return "-"
  fired = f[1] == "fired"
  if (fired) n = split(line_of(dir "/arm." (newest[dir] - 1)), f, " ")
  if (n != 6) return "-"
  # On a full disk only the stop itself could be written down.
  if (stop ~ /^timer /) fired = 1
  left = (f[3] - now) * 10
  if ((f[4] - wall) * 1000 < left) left = (f[4] - wall) * 1000
  if (fired || left < 0) left = 0
  return sprintf("%s %d %d", f[2], left, fired)
}
function moved_of(run, epoch, text) {
  if (!(run in moved)) moved[run] = line_of(run "/moved")
  text = moved[run]
  if (text !~ /^v1 [0-9]+ ./) return "-"
  sub(/^v1 /, "", text)
  if (text + 0 < epoch + 0) return "-"
  sub(/^[0-9]+ /, "", text)
  gsub(/[\001-\037\177]/, " ", text)
  return text
}
# The logs were listed before any exit record was read: of an attempt that has ended since, the length is asked for again.
function listed_again(dir, command, line, f) {
  command = "LC_ALL=C ls -lniL " dir "/log 2>/dev/null"
  if ((command | getline line) > 0) {
    split(line, f, " ")
    inode[dir] = f[1]; bytes[dir] = f[6]
  }
  close(command)
}
function damaged(run, why) { printf "D\t%s\t%s\n", run, why }

function attempt(dir, part, run, epoch, committed, n, s, p, e, b, h, st, phase, sup, trainer, ended, complaint, code, sig, by, ea, stop) {
  split(dir, part, "/")
  run = part[1]; epoch = part[3]
  if (epoch !~ /^[1-9][0-9]*$/ || length(epoch) > 9) return
  if (!(run in epochs)) epochs[run] = line_of(run "/epoch")
  committed = epochs[run]
  if (committed !~ /^[0-9]+$/) {
    # Without it the launch was never finished, unless there is a process: then the file was damaged.
    if (line_of(dir "/pid") != "") damaged(run, "its epoch file cannot be read")
    return
  }
  if (epoch + 0 > committed + 0) return
  n = split(line_of(dir "/start"), s, " ")
  if (n != 9 || s[1] != "v1") { damaged(run, "the record of attempt " epoch " cannot be read"); return }
  split(line_of(dir "/state"), st, " ")
  ended = st[1] == "ended" || st[1] == "lost"
  if (only == "live" && ended) return
  n = split(line_of(dir "/pid"), p, " ")
  if (n != 2) { p[1] = "-"; p[2] = "-" }
  n = split(line_of(dir "/exit"), e, " ")
  if (n != 7 || e[1] != "v1") { e[2] = "-"; e[3] = "-"; e[4] = "-" ; e[5] = "" } else e[0] = 1
  sup = trainer = 0
  b = "0"; h = "-"
  if (!ended) {
    n = split(line_of(dir "/heartbeat"), hb, " ")
    if (n == 2) { b = hb[1]; h = s[2] == boot ? age(hb[2], "", boot) : "-" }
    if (s[2] == boot) {
      sup = alive(s[4], s[5])
      trainer = alive(p[1], p[2])
    }
    # A home shared by several machines: what runs on another one is for that one to say.
    if (s[3] != host && !sup && !trainer) return
  } else if (s[3] != host) return
  stop = line_of(dir "/stop")
  phase = st[1]
  if (e[0] && (ended || !sup)) phase = "ended"
  else if (e[0]) phase = "stopping"
  else if (!ended) {
    if (s[2] != boot) phase = "lost"
    else if (!sup && !trainer && !tagged(run, epoch)) {
      if (stop != "") {
        # It was to end and nobody of it is left: how it ended nobody saw, why is known.
        phase = "ended"
        e[2] = e[3] = "-"
        e[4] = stop ~ /^timer / ? "timer" : "user"
      } else {
        phase = "lost"
        printf "%-127s\n", "lost " now > (dir "/state")
        close(dir "/state")
      }
    } else {
      if (!sup && !trainer) trainer = 1
      sub(/\?$/, "", phase)
      if (phase == "" || phase !~ /^(setup|running)$/) phase = "running"
      if (stop != "") phase = "stopping"
    }
  } else phase = "lost"
  ea = phase == "ended" ? age(e[5], e[6], e[7]) : (phase == "lost" && s[2] == boot ? age(st[2], "", boot) : "-")
  # `now` was taken before that list. The second is the coarseness of a wall clock.
  if (phase == "ended" && ea != "-" && ea <= 1000) listed_again(dir)
  complaint = line_of(dir "/complaint")
  gsub(/[\001-\037\177]/, " ", complaint)
  printf "A\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\n", run, epoch, phase, p[1], b, h, sup, \
    trainer, s[2], e[2], e[3], e[4], (dir in bytes) ? bytes[dir] : "-", (dir in inode) ? inode[dir] : "-", \
    age(s[6], s[7], s[2]), ea, substr(complaint, 1, 1000), armed_of(dir, stop), moved_of(run, epoch), s[8] == "boot"
}


part == 0 && $0 == "=logs" { part = 1; next }
part == 1 && $0 == "=armed" { part = 3; next }
part == 3 && $0 == "=processes" { part = 2; next }
part == 3 {
  name = $0
  sub(/\/arm\.[0-9]+$/, "", name)
  sub(/^.*\/arm\./, "")
  newest[name] = $0
  next
}
part == 0 { dirs[count++] = $0; next }
part == 1 { name = $NF; sub(/\/log$/, "", name); inode[name] = $1; bytes[name] = $6; next }
part == 2 {
  if ($2 ~ /^Z/) next
  start = $3
  for (i = 4; i <= NF; i++) start = start "_" $i
  started[$1] = start
}
END {
  printf "trainyard 1\t%s\n", boot
  for (i = 0; i < count; i++) if (dirs[i] ~ /^[0-9a-z]+\/attempts\/[0-9]+$/) attempt(dirs[i])
  print "end"
}
