#!/usr/bin/env bash
# dns-zonefile 0.3.2 (npm), Node.js 20.
# A TXT record in parentheses over two lines (RFC 1035 section 5.1), as opendkim-genkey writes a key: its value becomes the
# opening parenthesis and the first string, the key itself is gone. In a zone that also has a SOA on one line, all records
# before that TXT are lost (DKIM's CNAMEs, MX, DMARC) and the SOA is made of the last of them: its mname is the preference
# of the MX. No error is raised. The same zone with the TXT on one line is read whole.
# Output seen:
#   alone    txt [{"name":"mail._domainkey","txt":"( \"v=DKIM1; k=rsa; \""}]
#   in zone  soa "10", cname undefined, mx undefined, txt undefined
#   one line soa "ns1.acme.example.", cname 1, mx 1, txt 2
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . dns-zonefile@0.3.2 >/dev/null
cat > zone.cjs <<'JS'
const { parse } = require('dns-zonefile').default;
const head = '$ORIGIN acme.example.\n$TTL 3600\n';
const soa = '@ IN SOA ns1.acme.example. host.acme.example. 1 7200 3600 1209600 3600\n';
const others = `_dmarc IN TXT "v=DMARC1; p=none"
a._domainkey IN CNAME a.dkim.amazonses.com.
mail IN MX 10 feedback-smtp.eu-west-1.amazonses.com.
`;
const key = 'mail._domainkey IN TXT ( "v=DKIM1; k=rsa; "\n  "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQ" )\n';
const line = key.replace(/[()]/g, '').replace('\n  ', ' ');
console.log('alone   ', 'txt', JSON.stringify(parse(head + key).txt));
const told = zone => `soa ${JSON.stringify(zone.soa?.mname)}, cname ${zone.cname?.length}, mx ${zone.mx?.length}, txt ${zone.txt?.length}`;
console.log('in zone ', told(parse(head + soa + others + key)));
console.log('one line', told(parse(head + soa + others + line)));
JS
seen=$(node zone.cjs)
echo "$seen"
wanted='alone    txt [{"name":"mail._domainkey","txt":"( \"v=DKIM1; k=rsa; \""}]
in zone  soa "10", cname undefined, mx undefined, txt undefined
one line soa "ns1.acme.example.", cname 1, mx 1, txt 2'
[ "$seen" = "$wanted" ] || { echo "it is otherwise now" >&2; exit 1; }
