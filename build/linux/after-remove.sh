#!/bin/sh
# Runs as root once the files are gone, and also in the middle of an update, where nothing is to be undone.
set -e
case "${1:-}" in
  # dpkg says which of the two it is in words, rpm by the number of versions that stay.
  remove | purge | 0) ;;
  *) exit 0 ;;
esac

if [ -f /etc/apparmor.d/claudacity ]; then
  ischroot 2>/dev/null || apparmor_parser --remove /etc/apparmor.d/claudacity || true
  rm -f /etc/apparmor.d/claudacity
fi

if command -v update-desktop-database >/dev/null 2>&1; then
  update-desktop-database /usr/share/applications || true
fi
