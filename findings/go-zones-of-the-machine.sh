#!/usr/bin/env bash
# One Go binary says two hours for one instant, by which files of time zones a machine has.
#
# go 1.26.8, PyPI tzdata 2026.6 (IANA 2026f)
#
# time.LoadLocation asks the place that ZONEINFO names, then folders of the machine, then
# the toolchain's own zip, and time/tzdata last. The toolchain's data is a release of 2025,
# so a program that "brings its own zones" with time/tzdata says what the machine's files
# say where there are any, and the law of last year where there are none. With its own data
# it does not know five laws of 2026. Nor does LoadLocation know names from files: where a
# machine has "posix/Europe/Berlin" and "Factory", they are zones, and elsewhere errors.
#
# time.LoadLocationFromTZData with embedded files is the way around.
#
# Seen 2026-11-27
#
#   Africa/Casablanca  2026-12-01T12:00:00Z  toolchain 13:00  tzdata 12:00
#   America/Vancouver  2026-12-01T12:00:00Z  toolchain 04:00  tzdata 05:00
#   America/Edmonton   2026-12-01T12:00:00Z  toolchain 05:00  tzdata 06:00
#   America/Winnipeg   2026-12-01T12:00:00Z  toolchain 06:00  tzdata 07:00
#   America/Havana     2026-12-01T12:00:00Z  toolchain 07:00  tzdata 08:00
#   Europe/Berlin      2026-12-01T12:00:00Z  toolchain 13:00  tzdata 13:00
#   posix/Europe/Berlin                      with a file of that name 13:00
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export GOTOOLCHAIN=go1.26.8 GOFLAGS=-mod=mod GOWORK=off
python3 -m pip install --quiet --root-user-action=ignore --disable-pip-version-check --no-deps --target "$dir/py" tzdata==2026.6
mkdir -p "$dir/files" "$dir/go"
cp -r "$dir/py/tzdata/zoneinfo/." "$dir/files/"
mkdir -p "$dir/files/posix/Europe" && cp "$dir/files/Europe/Berlin" "$dir/files/posix/Europe/Berlin"
cat > "$dir/go/go.mod" <<'MOD'
module zones

go 1.26.0
MOD
cat > "$dir/go/main.go" <<'GO'
package main

import (
	"fmt"
	"os"
	"time"
	_ "time/tzdata"
)

func main() {
	at := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	for _, name := range os.Args[1:] {
		loc, err := time.LoadLocation(name)
		if err != nil {
			fmt.Println(name, false)
			continue
		}
		fmt.Println(name, at.In(loc).Format("15:04"))
	}
}
GO
(cd "$dir/go" && go build -o "$dir/zones" .)
names=(Africa/Casablanca America/Vancouver America/Edmonton America/Winnipeg America/Havana Europe/Berlin posix/Europe/Berlin)
own=$(ZONEINFO=$(cd "$dir/go" && go env GOROOT)/lib/time/zoneinfo.zip "$dir/zones" "${names[@]:0:6}")
new=$(ZONEINFO=$dir/files "$dir/zones" "${names[@]}")
echo "with the toolchain's data:"; echo "$own"
echo "with files of 2026f on the machine:"; echo "$new"
diff <(echo "$own") - <<'OWN'
Africa/Casablanca 13:00
America/Vancouver 04:00
America/Edmonton 05:00
America/Winnipeg 06:00
America/Havana 07:00
Europe/Berlin 13:00
OWN
diff <(echo "$new") - <<'NEW'
Africa/Casablanca 12:00
America/Vancouver 05:00
America/Edmonton 06:00
America/Winnipeg 07:00
America/Havana 08:00
Europe/Berlin 13:00
posix/Europe/Berlin 13:00
NEW
