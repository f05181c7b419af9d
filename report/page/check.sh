#!/usr/bin/env bash
# Is the bundle of the page that of its source, and does the page do in a browser what it is to do? The first argument is a
# directory for what is made, the second a command that installs Debian packages. Ends with 77 where a part of it cannot be had; what
# is missing stands in page.skipped then.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$1 install=${2:-}

skip() { echo "$1" > "$work/page.skipped"; echo "skipped: $1"; exit 77; }

command -v node > /dev/null && command -v npm > /dev/null || skip "the page of reports: there is no node or no npm here"
cp -r "$here" "$work/page"
rm -rf "$work/page/node_modules" "$work/page/dist"
cd "$work/page"
timeout 120 npm ci --ignore-scripts --no-audit --no-fund > "$work/npm.log" 2>&1 || {
    tail -n 5 "$work/npm.log"
    skip "the page of reports: its packages cannot be had here"
}
node build.mjs "$work/page/dist"
diff -rq "$work/page/dist" "$here/dist" || { echo "report/page/dist is not what its source makes: npm ci && npm run build in report/page"; exit 1; }

browser=${CHROMIUM:-$(command -v chromium || true)}
font=$(fc-list 2> /dev/null | grep -ci 'Liberation Sans' || true)
if [ -z "$browser" ] || [ "$font" = 0 ]; then
    [ -z "$install" ] || "$install" chromium fonts-liberation fontconfig
    browser=$(command -v chromium || true)
fi
[ -n "$browser" ] || skip "the page of reports in a browser: there is no Chromium here, and it cannot be installed"
mkdir -p "$work/pages"
(cd "$here/.." && EDGEWISE_TEST_PAGES="$work/pages" go test -count=1 -run TestPagesForTheBrowser .)
PAGES="$work/pages" CHROMIUM="$browser" timeout 600 node --test --test-reporter=spec test/
