#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# import.sh <build>: the shipped mappings on small files of those systems, twice, by dry run first; old keys at work; broken files;
# an export that another brand imports; and many rows while the server goes on.
# vendor.sh sets most of the variables used here.
# shellcheck disable=SC1091,SC2154
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../vendor.sh"
mappings=$here/../../../docs/mappings

vendor product add --brand acme --slug pager --seats 1 --json >/dev/null
# 6: done, but for rows that are refused.
take() { "$validator" import --brand acme --data "$work/vendor" --json --no-backup "$@" || [ $? -eq 6 ]; }
# refused <expected exit code> <what> <pattern> <word of import>...
refused() {
    wanted=$1 what=$2 pattern=$3
    shift 3
    code=0
    printed=$("$validator" import --brand acme --data "$work/vendor" --no-backup "$@" 2>&1) || code=$?
    [ "$code" = "$wanted" ] || fail "$what: ended with $code, not $wanted: $printed"
    expect "$what" "$pattern" "$printed"
}
state() { vendor license list --brand acme --limit 500 --json | cksum; }

# Each system's file: a dry run says what the import does and changes nothing; what was imported once is the same the second time.
system() {
    file=$1 mapping=$2 rows=$3
    before=$(state)
    expect "${file##*/}, dry run" "{\"dry_run\":true,\"rows\":$rows,\"new\":$rows,\"same\":0,\"different\":0,\"refused\":0,*" \
        "$(take "$file" --mapping "$mapping" --dry-run)"
    [ "$before" = "$(state)" ] || fail "$file: a dry run changed something"
    expect "${file##*/}" "{\"dry_run\":false,\"rows\":$rows,\"new\":$rows,\"same\":0,\"different\":0,\"refused\":0,*" \
        "$(take "$file" --mapping "$mapping")"
    before=$(state)
    expect "${file##*/}, again" "*\"rows\":$rows,\"new\":0,\"same\":$rows,\"changed\":0,\"refused\":0,*" \
        "$(take "$file" --mapping "$mapping" --update)"
    [ "$before" = "$(state)" ] || fail "$file: the same file changed something"
}
{ cat "$mappings/keygen.conf"; echo 'product.1f0f1e5c-8c2e-4c43-a0ba-1a3f0cf9ad5e = till'; } >"$work/keygen.conf"
{ cat "$mappings/lemonsqueezy.conf"; echo 'product.12345 = till'; } >"$work/lemonsqueezy.conf"
system "$here/license-service.csv" "$mappings/license-service.conf" 4
system "$here/wordpress-license-service.jsonl" "$mappings/wordpress-license-service.conf" 2
system "$here/keygen.jsonl" "$work/keygen.conf" 2
system "$here/lemonsqueezy.jsonl" "$work/lemonsqueezy.conf" 2

# shows <email> <pattern>: the licenses of that customer
shows() { expect "licenses of $1" "$2" "$(vendor license list --brand acme --email "$1" --json)"; }
shows ann@example.com '*"product":"till","status":"active",*"seats":2,*"expires_at":"2098-01-31T00:00:00Z"*"product":"pager","status":"suspended","reason":"vendor"*'
shows bob@example.com '*"status":"expired",*"seats":5,*"expires_at":"2020-06-30T12:00:00Z"*'
shows carl@example.com '*"status":"cancelled",*'
shows dora@example.com '*"product":"till","status":"active",*"seats":3,*"product":"pager","status":"cancelled"*"expires_at":"2098-01-31T00:00:00Z"*'
shows fay@example.com '*"status":"suspended",*"seats":2,*'
expect 'without a customer' '*"status":"active",*"seats":4,*"plan":"Pro",*' "$(vendor license list --brand acme --plan Pro --json)"

# A key of the old system activates a till, however it is typed.
machine till
export TILL_HARDWARE="$work/till"
activate() { "$command" activate "$1" --product till --roots "$roots" --server "$server" --data "$work/$2" --hardware-root "$work/till" 2>&1 || true; }
expect 'an old key' '*ACTIVE*' "$(activate 'acme 4f7k q2zp 00i1 9wxy' old)"
expect 'an expired one' '*EXPIRED*' "$(activate ACME-7H3M-RT6V-B1NC-2QSD ended)"
expect 'simulated' '*"verdict":"ACTIVE",*' "$(vendor simulate --key C1B6DE-39A6E3-DE1529-8559A0-4AF593-V3 --json)"

# What differs stays as it is here, unless told otherwise; a cancelled license stays cancelled.
sed 's/,2,2098-01-31/,3,2098-01-31/; s/cancelled/valid/' "$here/license-service.csv" >"$work/later.csv"
expect 'a later file' '*"new":0,"same":2,"different":2,"refused":0*' "$(take "$work/later.csv" --mapping "$mappings/license-service.conf")"
shows ann@example.com '*"product":"till","status":"active",*"seats":2,*'
expect 'a later file, by --update' '*"new":0,"same":2,"changed":1,"refused":1,"refusals":?{"line":5,"reason":"the license is cancelled here, which is for ever"}*' \
    "$(take "$work/later.csv" --mapping "$mappings/license-service.conf" --update)"
shows ann@example.com '*"product":"till","status":"active",*"seats":3,*'

# Rows that cannot be taken are told with their lines; the others are.
cat >"$work/rows.csv" <<'TEXT'
key,customer_email,product_slug,status,seat_limit,expires_at
GOOD-AAAA-BBBB-CCCC-1111,gina@example.com,till,valid,1,2098-01-31
GOOD-AAAA-BBBB-CCCC-2222,gina@example.com,nothing,valid,1,2098-01-31
GOOD-AAAA-BBBB-CCCC-3333,gina,till,valid,1,2098-01-31
GOOD-AAAA-BBBB-CCCC-4444,gina@example.com,till,strange,1,2098-01-31
GOOD-AAAA-BBBB-CCCC-5555,gina@example.com,till,valid,many,2098-01-31
GOOD-AAAA-BBBB-CCCC-6666,gina@example.com,till,valid,1,soon
good aaaa bbbb cccc 1111,gina@example.com,till,valid,1,2098-01-31
good aaaa bbbb cccc 1111,gina@example.com,till,valid,2,2098-01-31
ACME-9J5L-XK8W-D4PF-6GHT,gina@example.com,till,cancelled,1,2098-01-31 00:00:00+00
GOOD-AAAA-BBBB-CCCC-2222,gina@example.com,nothing,valid,1,2098-01-31
,gina@example.com,till,valid,1,2098-01-31
SCHLÜSSEL-1,gina@example.com,till,valid,1,2098-01-31
TEXT
for word in --dry-run --update; do
    said=$(take "$work/rows.csv" --mapping "$mappings/license-service.conf" $word)
    expect "bad rows, $word" '*"rows":12,"new":1,"same":1,*,"refused":10,*' "$said"
    for refusal in '3,"reason":"the brand has no product' '4,"reason":"an e-mail address' '5,"reason":"status is' '6,"reason":"seats is' \
        '7,"reason":"expires_at is' '9,"reason":"line 2 has the same key with other data"' \
        "10,\"reason\":\"the license of that key is another customer's here" '11,"reason":"the brand has no product' '12,"reason":"there is no key' '13,"reason":"a license key'; do
        expect "line ${refusal%%,*}" "*{\"line\":$refusal*" "$said"
    done
done
shows gina@example.com '*"seats":1,*'
refused 6 'an import that refuses rows' '*line*reason*has the same key with other data*' "$work/rows.csv" --mapping "$mappings/license-service.conf"
refused 0 'one that refuses none' '*refused*0*' "$here/license-service.csv" --mapping "$mappings/license-service.conf"

# Broken files change nothing at all.
service() { printf 'key,customer_email,product_slug,status,seat_limit,expires_at\n%b\n' "$1" >"$work/broken.csv"; }
before=$(state)
good='NEW-KEY-1,h@example.com,till,valid,1,2098-01-31'
service "$good\\nNEW-KEY-2,\"h@example.com,till,valid,1,2098-01-31"
refused 1 'a quote that is not closed' '*line 3: a quote is opened and not closed*' "$work/broken.csv" --mapping "$mappings/license-service.conf"
service "$good\\nNEW-KEY-2,h\"@example.com,till,valid,1,2098-01-31"
refused 1 'a quote within a cell' '*line 3: a quote stands within*' "$work/broken.csv" --mapping "$mappings/license-service.conf"
service "$good\\nNEW-KEY-2,till,valid,1,2098-01-31"
refused 1 'a cell too few' '*line 3: there are 5 cells under 6 columns*' "$work/broken.csv" --mapping "$mappings/license-service.conf"
service "$good\\nNEW-KEY-2,h\\0351@example.com,till,valid,1,2098-01-31"
refused 1 'Latin 1' '*line 3: the file is no UTF-8 text*' "$work/broken.csv" --mapping "$mappings/license-service.conf"
printf 'key;product\nNEW-KEY-1;till\n' >"$work/broken.csv"
refused 2 'an unknown column' '*no column "customer_email", which the mapping takes for email*' "$work/broken.csv" --mapping "$mappings/license-service.conf"
printf '{"license_key":"NEW-KEY-1"}\n{"license_key":\n' >"$work/broken.jsonl"
refused 1 'broken JSON' '*line 2 is no JSON object*' "$work/broken.jsonl" --mapping "$mappings/wordpress-license-service.conf"
printf 'key = column key\nprodukt = column x\n' >"$work/broken.conf"
refused 2 'an unknown field' '*mapping, line 2: there is no field "produkt"*' "$here/license-service.csv" --mapping "$work/broken.conf"
refused 3 'no file' '*there is no file*' "$work/none.csv" --mapping "$mappings/license-service.conf"
printf 'rows = activations\nkey = column key\nproduct = column product_slug\n' >"$work/broken.conf"
refused 2 'seats of nobody' '*does not say what instance is*' "$here/license-service.csv" --mapping "$work/broken.conf"
[ "$before" = "$(state)" ] || fail 'a broken file changed something'

# Customers.
printf 'name,mail\r\n"Hall, Ida",ida@example.com\r\n,not an address\r\n' >"$work/customers.csv"
printf 'rows = customers\nemail = column mail\nname = column name\n' >"$work/customers.conf"
expect 'customers' '*"rows":2,"new":1,"same":0,*"refused":1*' "$(take "$work/customers.csv" --mapping "$work/customers.conf")"
expect 'customers, again' '*"rows":2,"new":0,"same":1,*' "$(take "$work/customers.csv" --mapping "$work/customers.conf")"

# Seats of products without the library: other spellings of one are one, and nobody gets more than there are.
cat >"$work/seats.csv" <<'TEXT'
key,product,instance,kind
LIC-3F2A91C04B7D,till,https://Shop.example.com/,url
LIC-3F2A91C04B7D,till,https://shop.example.com,url
LIC-3F2A91C04B7D,till,pos-1.example.com,hostname
LIC-3F2A91C04B7D,till,8f14e45fceea167a,
LIC-3F2A91C04B7D,till,pos-2.example.com,hostname
LIC-3F2A91C04B7D,till,pos-3.example.com,fingerprint
LIC-3F2A91C04B7D,till,,hostname
LIC-3F2A91C04B7D,nothing,pos-4.example.com,hostname
NO-SUCH-KEY,till,pos-4.example.com,hostname
TEXT
said=$(take "$work/seats.csv" --mapping "$mappings/activations.conf")
expect 'seats' '*"rows":9,"new":3,"same":1,"different":0,"refused":5,*' "$said"
for refusal in '6,"reason":"all 3 seats' '7,"reason":"kind is' '8,"reason":"there is no instance' '9,"reason":"the brand has no product' \
    '10,"reason":"no license of that key'; do
    expect "line ${refusal%%,*}" "*{\"line\":$refusal*" "$said"
done
expect 'seats, again' '*"rows":9,"new":0,"same":4,*"refused":5,*' "$(take "$work/seats.csv" --mapping "$mappings/activations.conf")"
shows dora@example.com '*"product":"till",*"seats":3,"seats_taken":3,*'
expect 'a seat that came over' '*20[01]' "$(curl -s -w '%{http_code}' -H "X-License-Key: LIC-3F2A91C04B7D" -H 'Content-Type: application/json' \
    -d '{"product_slug":"till","instance_identifier":"https://shop.example.com/","instance_type":"url"}' "$server/api/v1/product/activate")"

# A backup is made first; PostgreSQL's is not for us to make.
if [ -n "${POSPAL_DB:-}" ]; then
    code=0
    printed=$("$validator" import "$here/license-service.csv" --brand acme --mapping "$mappings/license-service.conf" --data "$work/vendor" 2>&1) || code=$?
    expect 'a backup of PostgreSQL' '1 *pg_dump*--no-backup*' "$code $printed"
else
    said=$(vendor import "$here/license-service.csv" --brand acme --mapping "$mappings/license-service.conf" --json)
    backup=$(printf %s "$said" | field backup)
    [ -s "$backup" ] || fail "there is no backup: $said"
    echo 'ok: a backup'
fi

# Out and in again, into another brand: CSV and JSON lines hold the same, and it comes out as it went in.
vendor brand add --slug other --name Other --key-directory "$work" --json >/dev/null
for product in till pager; do vendor product add --brand other --slug $product --seats 2 --json >/dev/null; done
out() { vendor export --brand "$1" --what licenses --format "$2" | sed 's/,[0-9a-f-]*\r$//; s/,"license_id":"[^"]*"//' | sort; }
vendor export --brand acme --what licenses --out "$work/licenses.csv" --json >/dev/null
[ "$(stat -c %a "$work/licenses.csv")" = 600 ] || fail 'others may read exported keys'
expect 'an export is in the audit' '*"brand.exported"*' "$(vendor audit list --brand acme --json)"
vendor export --brand acme --what all --format jsonl >"$work/all.jsonl"
grep -q '"type":"customer","email":"ida@example.com","name":"Hall, Ida"' "$work/all.jsonl" || fail 'the export lacks a customer'
grep -q '"type":"activation","key":"LIC-3F2A91C04B7D","product":"till","instance":"https://shop.example.com","kind":"url"' "$work/all.jsonl" ||
    fail 'the export lacks a seat'
grep -q '"type":"activation","key":"ACME-4F7K-Q2ZP-0OIL-9WXY","product":"till",' "$work/all.jsonl" || fail 'the export lacks an activation'
grep '"type":"license"' "$work/all.jsonl" >"$work/licenses.jsonl"
count=$(wc -l <"$work/licenses.jsonl")
expect 'imported from JSON lines' "*\"rows\":$count,\"new\":$count,\"same\":0,*\"refused\":0*" \
    "$(vendor import "$work/licenses.jsonl" --brand other --mapping "$mappings/pospal-validator.conf" --json --no-backup | tee "$work/shared.out")"
expect 'keys that are of both brands now' "*\"keys_of_other_brands\":$count,*" "$(cat "$work/shared.out")"
case $(take "$here/keygen.jsonl" --mapping "$work/keygen.conf") in *keys_of_other_brands*) ;; *) fail 'the first brand is not told' ;; esac
expect 'and from CSV' "*\"rows\":$count,\"new\":0,\"same\":$count,*\"refused\":0*" \
    "$(vendor import "$work/licenses.csv" --brand other --mapping "$mappings/pospal-validator.conf" --json --no-backup)"
for format in csv jsonl; do
    out acme $format >"$work/acme.out"
    out other $format >"$work/other.out"
    cmp "$work/acme.out" "$work/other.out" || fail "the $format of the two brands is not the same"
done
echo 'ok: out and in again'
code=0
printed=$("$validator" export --data "$work/vendor" --brand acme --what all 2>&1) || code=$?
expect 'all as CSV' '2 *one kind in a file*' "$code $printed"
code=0
printed=$("$validator" export --data "$work/vendor" --brand acme --what licenses --out "$work/licenses.csv" 2>&1) || code=$?
expect 'over a file' '4 *never overwrites*' "$code $printed"

# Many rows, while the server serves; cut in between, and started again.
awk 'BEGIN { print "key,customer_email,product_slug,status,seat_limit,expires_at"
    for (i = 0; i < 1200; i++) printf "MANY-%04d-%04d-AAAA,many%d@example.com,till,valid,1,2098-01-31\n", i, i, i % 500
    print "many 0000 0000 aaaa,many0@example.com,till,valid,1,2098-01-31" }' >"$work/many.csv"
expect 'many, dry run' '*"rows":1201,"new":1200,"same":1,*' "$(take "$work/many.csv" --mapping "$mappings/license-service.conf" --dry-run)"
"$validator" import "$work/many.csv" --brand acme --mapping "$mappings/license-service.conf" --data "$work/vendor" --no-backup >"$work/many.out" 2>&1 &
importer=$!
until "$validator" license list --data "$work/vendor" --brand acme --email many0@example.com --json | grep -q '"license_id"'; do
    kill -0 "$importer" 2>/dev/null || break
done
machine other
expect 'an activation meanwhile' '*ACTIVE*' "$("$command" activate "$key" --product till --roots "$roots" --server "$server" --data "$work/meanwhile" --hardware-root "$work/other" 2>&1)"
kill -9 "$importer" 2>/dev/null || true
wait "$importer" 2>/dev/null || true
said=$(take "$work/many.csv" --mapping "$mappings/license-service.conf")
new=$(printf %s "$said" | sed 's/.*"new":\([0-9]*\).*/\1/')
expect 'the rest after a cut' "*\"rows\":1201,\"new\":$new,\"same\":$((1201 - new)),*\"refused\":0*" "$said"
[ "$new" -lt 1200 ] || fail 'nothing of the cut import was kept'
expect 'all of them' '*"rows":1201,"new":0,"same":1201,*' "$(take "$work/many.csv" --mapping "$mappings/license-service.conf")"
