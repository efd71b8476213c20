#!/bin/sh
# Runs as root after the files were removed. It also runs during an update, when it must not undo anything.
set -e
case "${1:-}" in
  # dpkg passes the name of the action, rpm the number of versions that remain installed.
  remove | purge | 0) ;;
  *) exit 0 ;;
esac

if [ -f /etc/apparmor.d/claudacity ]; then
  ischroot 2>/dev/null || apparmor_parser --remove /etc/apparmor.d/claudacity || true
  rm -f /etc/apparmor.d/claudacity /var/cache/apparmor/*/claudacity
fi

if command -v update-desktop-database >/dev/null 2>&1; then
  update-desktop-database -q /usr/share/applications || true
fi
