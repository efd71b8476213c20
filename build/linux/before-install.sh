#!/bin/sh
# Runs as root before the files are installed. The package does not contain /opt itself: dpkg would remove it with the last package that has it.
set -e
[ -d /opt ] || mkdir -m 755 /opt
