#!/usr/bin/env bash
# zonefile-parser 0.1.20 (PyPI), Python 3.11.
# Of a TXT record with two strings on one line (RFC 1035 section 3.3.14: one or more), only the first is kept: of a DKIM key
# longer than 255 octets the end is lost, and nothing says so. The same record in parentheses over two lines is joined whole.
# Output seen:
#   one line  'v=DKIM1; k=rsa; '
#   two lines 'v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQ'
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check zonefile-parser==0.1.20
seen=$("$folder/venv/bin/python" - <<'PYTHON'
import zonefile_parser

HEAD = """$ORIGIN acme.example.
$TTL 3600
@ IN SOA ns1.acme.example. host.acme.example. 1 7200 3600 1209600 3600
"""
STRINGS = ['"v=DKIM1; k=rsa; "', '"p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQ"']
for name, record in [("one line", " ".join(STRINGS)), ("two lines", "( " + "\n  ".join(STRINGS) + " )")]:
    zone = HEAD + f"mail._domainkey IN TXT {record}\n"
    [found] = [it for it in zonefile_parser.parse(zone) if it.rtype == "TXT"]
    print(f"{name:<9}", repr(found.rdata["value"]))
PYTHON
)
echo "$seen"
wanted="one line  'v=DKIM1; k=rsa; '
two lines 'v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQ'"
[ "$seen" = "$wanted" ] || { echo "It behaves otherwise now." >&2; exit 1; }
