#!/bin/sh
# Runs as root after the files were installed.
set -e
app=/opt/Claudacity

# Ubuntu 24.04 and later grant user namespaces only to programs with an AppArmor profile; older parsers reject its syntax.
profile=
if apparmor_status --enabled >/dev/null 2>&1 &&
  apparmor_parser --skip-kernel-load --debug "$app/resources/apparmor-profile" >/dev/null 2>&1; then
  cp -f "$app/resources/apparmor-profile" /etc/apparmor.d/claudacity
  if ! ischroot 2>/dev/null && apparmor_parser --replace --write-cache --skip-read-cache /etc/apparmor.d/claudacity; then
    profile=loaded
  fi
fi

# Whether an ordinary user may make the namespaces of Chromium's sandbox. Root always may, so root's own attempt would tell nothing. "nobody" has
# the id 65534 everywhere. Where AppArmor restricts namespaces to programs with a profile, the attempt fails for unshare and holds for the app.
sandbox_works() {
  if [ "$profile" = loaded ] && [ "$(cat /proc/sys/kernel/apparmor_restrict_unprivileged_userns 2>/dev/null)" = 1 ]; then return 0; fi
  setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs \
    unshare --user --map-root-user --pid --net --fork true >/dev/null 2>&1
}

# Without the namespaces the sandbox needs its helper to be setuid root.
if sandbox_works; then
  chmod 0755 "$app/chrome-sandbox"
else
  chmod 4755 "$app/chrome-sandbox"
fi

if command -v update-desktop-database >/dev/null 2>&1; then
  update-desktop-database -q /usr/share/applications || true
fi
