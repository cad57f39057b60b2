# terminal.sh DIRECTORY SHELL ENVIRONMENT SESSION LINES
# What a terminal begins with that is more than the account's login shell. DIRECTORY: absolute or ~/…, empty: as it is.
# SHELL: empty: the account's own. ENVIRONMENT: lines of export, set after the login files, as a run's are; empty: none.
# SESSION: of tmux, empty: none; one of that name is attached to. LINES: its scrollback.
directory=$1 shell=${2:-${SHELL:-/bin/sh}} environment=$3 session=$4 lines=$5
unset CDPATH
case $directory in
  '') directory=. ;;
  '~') directory=$HOME ;;
  '~/'*) directory=$HOME/${directory#'~/'} ;;
esac
cd "$directory" 2>/dev/null || printf 'The directory %s cannot be entered; this is %s.\r\n' "$directory" "$PWD"

# bash as a login shell, as a run has it; then what belongs to the run, then the shell that the user knows.
begin='[ -n "$2" ] || exec "$1" -l
if command -v bash >/dev/null 2>&1; then exec bash -l -c "eval \"\$1\"; exec \"\$0\" -i" "$1" "$2"; fi
eval "$2"
exec "$1" -i'

if [ -n "$session" ]; then
  # A server of our own, which shows nothing of itself: no status line, no keys, the whole scrollback in the terminal's own.
  # What an old one does not know is passed over (-q).
  exec tmux -u -L trainyard -f /dev/null start-server \; \
    set-option -gq status off \; set-option -gq prefix None \; set-option -gq prefix2 None \; \
    set-option -gq mouse off \; set-option -gq history-limit "$lines" \; set-option -gq default-terminal screen-256color \; \
    set-option -sq escape-time 0 \; set-option -sq extended-keys on \; set-option -sq focus-events on \; \
    set-option -sq set-clipboard on \; set-option -gq allow-passthrough on \; set-option -gq set-titles on \; \
    set-option -gq set-titles-string '#T' \; set-option -gq window-size latest \; \
    set-option -gq terminal-overrides 'xterm*:smcup@:rmcup@:Tc' \; \
    new-session -A -s "$session" sh -c "$begin" sh "$shell" "$environment"
fi
exec sh -c "$begin" sh "$shell" "$environment"
