#!/bin/sh
# Runs as root before the files are removed. It also runs during an update, when the app runs on: it restarts itself when it is idle.
set -e
case "${1:-}" in
  # dpkg passes the name of the action, rpm the number of versions that remain installed.
  remove | 0) ;;
  *) exit 0 ;;
esac
program=/opt/Claudacity/claudacity

# The processes that show the window and the like have a --type and end with their parent.
running() {
  for folder in /proc/[0-9]*; do
    [ "$(readlink "$folder/exe" 2>/dev/null)" = "$program" ] || continue
    if ! tr '\0' '\n' <"$folder/cmdline" 2>/dev/null | grep -q '^--type='; then echo "${folder#/proc/}"; fi
  done
}

# SIGTERM lets the app finish what it is doing. Whatever is still there after 12 seconds runs on until it is ended by its user.
seconds=0
while pids=$(running) && [ -n "$pids" ] && [ "$seconds" -lt 12 ]; do
  # shellcheck disable=SC2086 # a list of numbers
  [ "$seconds" -gt 0 ] || kill $pids 2>/dev/null || true
  sleep 1
  seconds=$((seconds + 1))
done

# What an ordinary user's "launch at login" and "install" wrote would point nowhere. Each file is removed by its owner, so that a link in its
# place reaches nothing that is not theirs. Another installation's entry names another program and stays.
getent passwd | while IFS=: read -r _ _ uid gid _ home _; do
  { [ "$uid" -eq 0 ] || [ "$uid" -ge 1000 ]; } 2>/dev/null && [ -d "$home/.config" ] || continue
  timeout 10 setpriv --reuid="$uid" --regid="$gid" --clear-groups sh -s "$home/.config" <<'USER' || true
entry=$1/autostart/claudacity.desktop
if grep -qsE '^(TryExec|Exec)="?(/opt/Claudacity/|/usr/bin/claudacity)' "$entry"; then rm -f "$entry"; fi
unit=$1/systemd/user/claudacity.service
if grep -qsE '^ExecStart="?(/opt/Claudacity/|/usr/bin/claudacity)' "$unit"; then
  rm -f "$unit" "$1"/systemd/user/*.target.wants/claudacity.service
fi
USER
done
