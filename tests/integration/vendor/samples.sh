#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# samples.sh <build>: the sample requests of the two systems whose clients docs/MIGRATING.md is for, with curl, as their documents show
# them; only host, keys and ids are filled in, and the year of an end that is past by now.
# vendor.sh sets most of the variables used here.
# shellcheck disable=SC1091,SC2154
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../vendor.sh"

# A brand with a key for its back end; the server is to find it when it starts.
stop_server
rm "$work/listening" # with the address of before
mkdir -p "$work/rocket"
brand=$(vendor brand add --name Rocket --slug rocket --key-directory "$work/rocket" --json)
api_key=$(printf %s "$brand" | field api_key)
product=$(vendor product add --brand rocket --slug rocket-pro --name 'Rocket Pro' --seats 5 --json | field product_id)
start_server
license_key=
license_id=

# sample <what> <pattern of the reply>: runs the request on standard input; $reply is what came
sample() {
    sed -e "s|http://localhost:8000|$server|g" -e "s|<api-key>|$api_key|g" -e "s|<product-uuid>|$product|g" \
        -e "s|<license-key>|$license_key|g" -e "s|<license-uuid>|$license_id|g" -e 's|2025-12-31|2095-12-31|g;s|2026-12-31|2096-12-31|g' \
        >"$work/request.sh"
    reply=$(sh "$work/request.sh" 2>>"$work/curl.log") || fail "$1: curl failed"
    expect "$1" "$2" "$reply"
}

# ---- the service for several brands: five requests, and the two that end a story ----

sample 'provision' '{"license_key":{"id":*"key":"*"customer_email":"customer@example.com"*"status":"valid"*"seat_limit":5*' <<'TEXT'
curl -X POST http://localhost:8000/api/v1/brand/licenses/provision \
  -H "X-API-Key: <api-key>" \
  -H "Content-Type: application/json" \
  -d '{
    "customer_email": "customer@example.com",
    "products": ["<product-uuid>"],
    "expiration_date": "2025-12-31T23:59:59Z",
    "max_seats": 5,
    "idempotency_key": "unique-key-123"
  }'
TEXT
license_key=$(printf %s "$reply" | sed 's/.*"key":"\([^"]*\)".*/\1/')
license_id=$(printf %s "$reply" | sed 's/.*"licenses":\[{"id":"\([^"]*\)".*/\1/')

sample 'renew' '{"message":"License renewed successfully"*"expires_at":"2096-12-31T23:59:59Z"*' <<'TEXT'
curl -X POST http://localhost:8000/api/v1/brand/licenses/<license-uuid>/renew \
  -H "X-API-Key: <api-key>" \
  -H "Content-Type: application/json" \
  -d '{
    "expiration_date": "2026-12-31T23:59:59Z"
  }'
TEXT
sample 'suspend' '{"message":"License suspended successfully"*"status":"suspended"*' <<'TEXT'
curl -X POST http://localhost:8000/api/v1/brand/licenses/<license-uuid>/suspend \
  -H "X-API-Key: <api-key>"
TEXT
sample 'activate what is suspended' '*"error":{"code":"LICENSE_SUSPENDED"*' <<'TEXT'
curl -X POST http://localhost:8000/api/v1/product/licenses/activate \
  -H "Content-Type: application/json" \
  -d '{"license_key": "<license-key>", "instance_identifier": "https://example.com", "instance_type": "url"}'
TEXT
sample 'resume' '{"message":"License resumed successfully"*' <<'TEXT'
curl -X POST http://localhost:8000/api/v1/brand/licenses/<license-uuid>/resume \
  -H "X-API-Key: <api-key>"
TEXT
sample 'activate' '{"activation_id":"*"status":"active"*"seats_used":1,"seats_remaining":4,"activated_at":"*' <<'TEXT'
curl -X POST http://localhost:8000/api/v1/product/licenses/activate \
  -H "Content-Type: application/json" \
  -d '{
    "license_key": "<license-key>",
    "instance_identifier": "https://example.com",
    "instance_type": "url"
  }'
TEXT
sample 'check' '*"is_valid":true,"is_activated":true,"license":{*"seats_used":1,"seats_remaining":4*"last_checked_at":"*' <<'TEXT'
curl -X GET "http://localhost:8000/api/v1/product/licenses/check?license_key=<license-key>&instance_identifier=https://example.com"
TEXT
sample 'list by mail' '\[{"brand_name":"Rocket",*"seats_used":1*' <<'TEXT'
curl -X GET "http://localhost:8000/api/v1/brand/licenses?email=customer@example.com" \
  -H "X-API-Key: <api-key>"
TEXT
sample 'deactivate' '*"status":"deactivated"*"seats_used":0,"seats_remaining":5*' <<'TEXT'
curl -X POST http://localhost:8000/api/v1/product/licenses/deactivate \
  -H "Content-Type: application/json" \
  -d '{
    "license_key": "<license-key>",
    "instance_identifier": "https://example.com"
  }'
TEXT

# ---- the service for WordPress brands: the documented routes, and the real ones ----

sample 'envelope: provision' '{"message":*"success":true,"data":{"license_id":"*"license_key":"*"status":"valid","expires_at":"2096-*' <<'TEXT'
curl -X POST http://localhost:8000/api/v1/licenses/provision/ -H "X-API-KEY: <api-key>" -H "Content-Type: application/json" \
  -d '{"product_id": "<product-uuid>", "customer_email": "wp@example.com", "expires_at": "2026-12-31T23:59:59Z"}'
TEXT
license_key=$(printf %s "$reply" | field license_key)
license_id=$(printf %s "$reply" | field license_id)
sample 'envelope: activate' '{"message":"License successfully activated","success":true,"data":{"activation_id":"*"status":"activated"}}' <<'TEXT'
curl -X POST http://localhost:8000/api/v1/licenses/<license-key>/activate/ -H "Content-Type: application/json" \
  -d '{"product_code": "rocket-pro", "instance_identifier": "https://example.com"}'
TEXT
sample 'envelope: validate' '{"message":"License already activated on this instance","success":true,*"status":"active"}}' <<'TEXT'
curl -X POST http://localhost:8000/api/v1/licenses/validate -H "Content-Type: application/json" \
  -d '{"license_key": "<license-key>", "product_code": "rocket-pro", "instance_identifier": "https://example.com/"}'
TEXT
sample 'envelope: status' '*"valid":true,"entitlements":\[{"product_code":"rocket-pro","status":"valid",*"active_seats":1*' <<'TEXT'
curl http://localhost:8000/api/v1/licenses/<license-key>/
TEXT
sample 'envelope: status by POST' '*"valid":true,*' <<'TEXT'
curl -X POST http://localhost:8000/api/v1/licenses/status/ -H "Content-Type: application/json" -d '{"license_key": "<license-key>"}'
TEXT
sample 'envelope: by mail' '*"success":true,"data":\[{"license_id":"*' <<'TEXT'
curl "http://localhost:8000/api/v1/licenses/by_email/?email=wp@example.com" -H "X-API-KEY: <api-key>"
TEXT
sample 'envelope: listing' '{"count":1,"next":null,"previous":null,"results":{"success":true,*' <<'TEXT'
curl -X POST "http://localhost:8000/api/v1/licenses/email-listing/?limit=20" -H "X-API-KEY: <api-key>" \
  -H "Content-Type: application/json" -d '{"customer_email": "wp@example.com"}'
TEXT
sample 'envelope: deactivate' '{"message":"License successfully deactivated","success":true,*' <<'TEXT'
curl -X POST http://localhost:8000/api/v1/licenses/deactivate -H "Content-Type: application/json" \
  -d '{"license_key": "<license-key>", "product_code": "rocket-pro", "instance_identifier": "https://example.com"}'
TEXT
for verb in suspend reinstate revoke; do
    printf 'curl -X POST http://localhost:8000/api/v1/licenses/<license-uuid>/%s/ -H "X-API-KEY: <api-key>"\n' "$verb" >"$work/verb"
    sample "envelope: $verb" '{"message":"License successfully *","success":true,*' <"$work/verb"
done
