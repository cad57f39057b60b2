# How a script of the user's is begun, by job.sh and warm-job.sh alike; needs attempt.

# With "?" until the script itself has begun: a profile may end the shell before that, even with 0.
mark() {
  ty_clock
  ty_put "$attempt/state" "$1? $ty_now"
  TRAINYARD_BEGUN="$1 $ty_now" TRAINYARD_STATE=$attempt/state
  export TRAINYARD_BEGUN TRAINYARD_STATE
}

complain() {
  printf '%s\n' "$1"
  { printf '%.1023s' "$1" 1<>"$attempt/complaint"; } 2>/dev/null
}

# The run's own variables come after the login files: a profile must not take the GPUs that were assigned away.
in_environment='printf "%-127s\n" "$TRAINYARD_BEGUN" 1<>"$TRAINYARD_STATE"
eval "$TRAINYARD_ENV"; unset TRAINYARD_ENV TRAINYARD_BEGUN TRAINYARD_STATE; . "$0"'
