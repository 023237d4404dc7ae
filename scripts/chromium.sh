#!/bin/bash
# Install Chromium for the browser tests, where it is missing.
set -euo pipefail

for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null && exit 0
done
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "make: The browser tests need Chromium. As root: apt-get install chromium" >&2
    exit 1
fi
echo "Installing Chromium for the browser tests."
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
