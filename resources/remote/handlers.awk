# Prints those of the processes named as arguments that handle signal number `signal`, as "PID PARENT" lines.
# A runtime that catches everything for itself (Go's) handles nothing by that.
function bit(mask, number, digit, i) {
  digit = length(mask) - int((number - 1) / 4)
  if (digit < 1) return 0
  digit = index("0123456789abcdef", tolower(substr(mask, digit, 1))) - 1
  for (i = (number - 1) % 4; i > 0; i--) digit = int(digit / 2)
  return digit % 2
}
BEGIN {
  for (i = 1; i < ARGC; i++) {
    mask = parent = ""
    while ((getline line < ("/proc/" ARGV[i] "/status")) > 0) {
      split(line, f, /[ \t]+/)
      if (f[1] == "PPid:") parent = f[2]
      if (f[1] == "SigCgt:") mask = f[2]
      if (f[1] == "State:" && f[2] ~ /[ZX]/) { mask = ""; break }
    }
    close("/proc/" ARGV[i] "/status")
    if (mask == "") continue
    if (all != "") { print ARGV[i], parent; continue }
    if (bit(mask, 23) && bit(mask, 27) && bit(mask, 28) && bit(mask, 29)) continue
    if (bit(mask, signal)) print ARGV[i], parent
  }
}
