# SPDX-License-Identifier: Apache-2.0
"""A vendor's day: three brands sell, activate and change licenses all at once, on a bad network, and the server is killed in the middle.
In the evening every license is there once, every event has arrived, and nothing is there that did not happen.

POSPAL_DAY_LICENSES: how many licenses, about (2100); POSPAL_DAY_SEED: the seed of a day to be lived again (what threads do at once is not in it).
"""

import itertools
import os
import random
import secrets
import signal
import threading
import time
from collections import Counter

from device import Device
from test_operator import samples
from unreliable import Client, FailingReceiver, Line
from validator import VendorTest, main

BRAND = "/api/v1/brand"
LICENSES = BRAND + "/licenses"
PRODUCT = "/api/v1/product/licenses"
COUNT = int(os.environ.get("POSPAL_DAY_LICENSES", "2100"))
SEED = os.environ.get("POSPAL_DAY_SEED") or secrets.token_hex(4)
CLERKS = 8
WORDS = ("--webhook-allow", "127.0.0.0/8", "--webhook-timeout-s", "2", "--webhook-retry-ms", "100", "--api-requests-per-minute", "0", "--refusals-per-minute", "0")
SLUGS = {"till": dict(seats=2), "kds": dict(seats=1), "plugin": dict(seats=3), "lax": dict(seats=1, overage=1)}
AFTER = {  # docs/VENDOR-API.md: what a license is after a change; what is not there is refused
    "suspend": {"valid": "suspended", "suspended": "suspended"},
    "resume": {"valid": "valid", "suspended": "valid"},
    "cancel": {"valid": "cancelled", "suspended": "cancelled", "cancelled": "cancelled"},
    "reactivate": {"valid": "valid", "cancelled": "valid"},
    "renew": {"valid": "valid", "suspended": "suspended"},
    "transfer": {"valid": "valid", "suspended": "suspended"},
    "seats": {"valid": "valid", "suspended": "suspended"},
}
DONE = {"suspend": "suspended", "resume": "resumed", "cancel": "cancelled", "reactivate": "reactivated", "renew": "renewed",
        "transfer": "transferred", "seats": "changed"}


class License:
    """What we know of one, for we did it all."""

    def __init__(self, told, key, own_limit, email):
        self.id, self.product, self.key, self.email = told["id"], told["product_slug"], key, email
        self.own_limit, self.status, self.expires_at = own_limit, "valid", None  # own_limit None: as the product has it
        self.overage = SLUGS[self.product].get("overage", 0)
        self.seats = {}  # the name of a device or instance -> its activation
        self.events = [("license.provisioned", "valid")]
        self.audit = Counter({"license.issued": 1})

    @property
    def limit(self):
        return self.own_limit or SLUGS[self.product]["seats"]

    def happened(self, event):
        self.events.append((event, self.status))


class Shop:
    """A brand, its products and customers, and where it hears of its licenses."""

    def __init__(self, slug, made, roots):
        self.slug, self.id, self.key, self.roots = slug, made["brand_id"], made["api_key"], roots
        self.licenses = {}
        self.hooks = {}  # path -> (the webhook as it was told, the events that it wants)
        self.lock = threading.Lock()


class Clerk:
    """Handles one order of a shop, from its making to whatever becomes of it."""

    def __init__(self, test, shop, number, client):
        self.test, self.shop, self.number, self.client = test, shop, number, client
        self.random = random.Random(f"{SEED} {shop.slug} {number}")
        self.serial = itertools.count()

    def customer(self):
        return f"c{self.random.randrange(1 + COUNT // 12)}@shop.example"  # the same addresses in every brand

    def write(self, status, method, path, body=None, **more):
        once = f"{self.number}-{next(self.serial)}"
        reply = self.client.ask_twice(method, path, body, self.shop.key, once, **more)
        self.test.assertEqual(status, reply.status, f"{method} {path}: {reply.text}")
        return reply

    def provision(self):
        email, seats = self.customer(), self.random.choice((None, None, 2, 4))
        slugs = self.random.sample(sorted(SLUGS), self.random.choice((1, 1, 2)))
        order = {"customer_email": email, "products": slugs, "metadata": {"order": self.number}}
        made = self.write(201, "POST", LICENSES + "/provision", {**order, **({"max_seats": seats} if seats else {})}).json
        licenses = [License(one, made["license_key"]["key"], seats, email) for one in made["licenses"]]
        self.test.assertEqual(slugs, [one.product for one in licenses])
        with self.shop.lock:
            self.shop.licenses.update((one.id, one) for one in licenses)
        listed = self.client.ask("GET", f"{LICENSES}?email={email}&limit=500", key=self.shop.key).json
        self.test.assertLessEqual({one.id for one in licenses}, {one["id"] for one in listed})
        return licenses

    def device(self, license, name):
        shop, client = self.shop, self.client

        class Away:  # what Device asks
            roots = shop.roots

            @staticmethod
            def ask(method, path, body, key):
                return client.ask(method, path, body, key=key)

        return Device(Away, license.product, license.key, name)

    def take_seat(self, license, name):
        """Whether the device or instance of that name has a seat now."""
        if license.product != "plugin":
            answer = self.device(license, name).ask("activate")
            self.test.assertIn(answer["verdict"], ("ACTIVE", "NO_SEAT"))
            license.seats.update({name: answer["device"]["activation"]} if answer["verdict"] == "ACTIVE" else {})
        else:
            body = {"license_key": license.key, "instance_identifier": f"https://{name}.example", "instance_type": "url",
                    "product_slug": license.product}
            reply = self.client.ask("POST", PRODUCT + "/activate", body)
            self.test.assertIn(reply.status, (200, 201, 422), reply.text)
            license.seats.update({name: reply.json["activation_id"]} if reply.status != 422 else {})
        return name in license.seats

    def take_seats(self, license):
        for number in range(self.random.randint(0, license.limit + license.overage + 1)):
            is_free = len(license.seats) < license.limit + license.overage
            took = self.take_seat(license, f"{self.shop.slug}-{self.number}-{license.product}-{number}")
            self.test.assertEqual(is_free, took, license.id)
            if took:
                if number == 0:
                    license.happened("license.activated")
                license.happened("activation.created")
                license.audit["activation.added"] += 1

    def give_seat_back(self, license):
        name = self.random.choice(sorted(license.seats))
        how = self.random.choice(("vendor", "itself")) if license.product == "plugin" else "vendor"  # a device would have to sign
        if how == "vendor":
            self.write(200, "POST", f"{LICENSES}/{license.id}/activations/{license.seats[name]}/release")
        else:
            body = {"license_key": license.key, "activation_id": license.seats[name]}
            self.test.assertEqual(200, self.client.ask("POST", PRODUCT + "/deactivate", body).status)
        del license.seats[name]
        license.happened("activation.released")
        license.audit["activation.released" if how == "vendor" else "activation.deactivated"] += 1

    def change(self, license):
        verb = self.random.choice(sorted(AFTER))
        after = AFTER[verb].get(license.status)
        body, method, tail, headers = None, "POST", "/" + verb, None
        if verb == "renew":
            body = {"expiration_date": f"20{self.random.randrange(40, 90)}-{self.random.randrange(1, 13):02}-01T00:00:00Z"}
        if verb == "transfer":
            body = {"customer_email": self.customer()}
        if verb == "seats":
            body, method, tail = {"max_seats": self.random.randint(1, 5)}, "PATCH", ""
            headers = {"If-Match": self.client.ask("GET", f"{LICENSES}/{license.id}", key=self.shop.key).headers["ETag"]}
            is_so = body["max_seats"] == license.own_limit
            after = license.status if is_so else after if len(license.seats) <= body["max_seats"] + license.overage else None
        reply = self.write(200 if after else 409, method, f"{LICENSES}/{license.id}{tail}", body, headers=headers)
        if not after:
            self.test.assertEqual("wrong_state", reply.code)
            return
        wanted = {"renew": ("expires_at", "expiration_date"), "transfer": ("email", "customer_email"), "seats": ("own_limit", "max_seats")}
        member, value = (wanted[verb][0], body[wanted[verb][1]]) if body else ("status", after)
        if getattr(license, member) == value:
            return  # it was so already, and nothing is said of it
        setattr(license, member, value)
        license.audit["license." + DONE[verb]] += 1
        license.happened("license." + DONE[verb])

    def work(self):
        for license in self.provision():
            self.take_seats(license)
            for _ in range(self.random.randrange(5)):
                if license.seats and self.random.random() < 0.2:
                    self.give_seat_back(license)
                else:
                    self.change(license)


class Day(VendorTest):
    arguments = WORDS

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        print(f"POSPAL_DAY_SEED={SEED} POSPAL_DAY_LICENSES={COUNT}", flush=True)

    @classmethod
    def prepare(cls):
        cls.receiver = FailingReceiver(random.Random(SEED))
        cls.line = Line(cls.server)
        cls.line.life = 1
        cls.line.is_up.set()
        cls.shops = [Shop("acme", {"brand_id": cls.server.brand_id, "api_key": cls.server.api_key}, cls.server.roots)]
        for slug in ("boule", "comptoir"):
            made = cls.server.add_brand(slug)
            cls.shops.append(Shop(slug, made, [key["kid"] for key in made["root_public_jwks"]["keys"]]))

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.receiver.close()

    def pages(self, path, shop):
        found, path = [], path + "?limit=500"
        while path:
            reply = self.ask(200, "GET", path, key=shop.key)
            found += reply.json
            path = reply.next_page() and reply.next_page() + "&limit=500"
        return found

    def open_the_shops(self):
        for shop in self.shops:
            for slug, policy in SLUGS.items():
                self.ask(201, "POST", BRAND + "/products", {"slug": slug, "name": slug.title(), **policy}, key=shop.key,
                         headers={"Idempotency-Key": "open-" + slug})
            for path, events in ((f"/{shop.slug}/all", ["*"]), (f"/{shop.slug}/some", ["license.cancelled", "activation.released"])):
                made = self.ask(201, "POST", BRAND + "/webhooks", {"url": self.receiver.url(path), "events": events}, key=shop.key).json
                shop.hooks[path] = (made, events)

    def live_the_day(self):
        """Threads take orders until enough licenses are there; who waits for half of them kills the server."""
        orders = [(shop, number) for number in range(COUNT * 3 // 4 // len(self.shops) + 1) for shop in self.shops]
        left, progress, faults, done = iter(orders), threading.Condition(), [], itertools.count(1)
        finished = [0]

        def clerk(index):
            client = Client(self.line, random.Random(f"{SEED} line {index}"))
            while not faults:
                with progress:
                    order = next(left, None)
                if order is None:
                    break
                try:
                    Clerk(self, *order, client).work()
                except BaseException as fault:  # told by the test's own thread
                    faults.append(fault)
                with progress:
                    finished[0] = next(done)
                    progress.notify_all()
            client.close()

        threads = [threading.Thread(target=clerk, args=(index,)) for index in range(CLERKS)]
        for thread in threads:
            thread.start()
        with progress:
            progress.wait_for(lambda: faults or finished[0] >= len(orders) // 2)
        self.line.kill(signal.SIGKILL)
        self.line.start(*WORDS)
        for thread in threads:
            thread.join()
        if faults:
            raise faults[0]

    def until(self, look, seconds=120):
        end = time.monotonic() + seconds
        while not look():
            self.assertLess(time.monotonic(), end, "it did not happen")
            time.sleep(0.1)

    def check_licenses(self, shop):
        """Every one is there once, as it was left, in the list of all and in those of its customer."""
        def of(one):
            return (one["product_slug"], one["license_key"], one["customer"]["email"], one["status"], one["seat_limit"], one["seats_used"],
                    one["expires_at"])

        listed = self.pages(LICENSES, shop)
        self.assertEqual(len(shop.licenses), len(listed))
        meant = {one.id: (one.product, one.key, one.email, one.status, one.limit, len(one.seats), one.expires_at)
                 for one in shop.licenses.values()}
        self.assertEqual(meant, {one["id"]: of(one) for one in listed})
        by_email = {}
        for one in shop.licenses.values():
            by_email.setdefault(one.email, set()).add(one.id)
        for email, ids in by_email.items():
            told = self.ask(200, "GET", LICENSES, key=shop.key, email=email, limit=500).json
            self.assertEqual((len(ids), ids), (len(told), {one["id"] for one in told}), email)

    def check_seats(self, shop, sample):
        for one in sample:
            path = f"{LICENSES}/{one.id}/activations"
            told = self.ask(200, "GET", path, key=shop.key).json
            self.assertEqual(sorted(one.seats.values()), sorted(seat["id"] for seat in told))
            self.assertEqual(max(0, len(one.seats) - one.limit), sum(seat["is_over_limit"] for seat in told))

    def check_walls(self, shop, sample):
        for other in self.shops:
            if other is shop:
                continue
            for one in sample[:5]:
                path = f"{LICENSES}/{one.id}"
                for method, tail in (("GET", ""), ("GET", "/activations"), ("GET", "/sessions"), ("POST", "/suspend"), ("POST", "/cancel")):
                    self.ask(404, method, path + tail, key=other.key)
                self.assertEqual([], self.ask(200, "GET", BRAND + "/audit", key=other.key, target=one.id).json)
            for made, _ in shop.hooks.values():
                self.ask(404, "GET", f"{BRAND}/webhooks/{made['id']}/deliveries", key=other.key)

    def check_audit(self, shop):
        meant = sum((one.audit for one in shop.licenses.values()), Counter())
        told = Counter(one["action"] for one in self.pages(BRAND + "/audit", shop))
        self.assertEqual(dict(meant), {action: told[action] for action in told if action.startswith(("license.", "activation."))})

    def wait_for_events(self):
        """Until all that happened has arrived and nothing is on its way."""
        def waiting():
            return [one for shop in self.shops for made, _ in shop.hooks.values()
                    for one in self.ask(200, "GET", f"{BRAND}/webhooks/{made['id']}/deliveries?status=waiting", key=shop.key).json]

        total = sum(len(one.events) for shop in self.shops for one in shop.licenses.values())
        self.receiver.wait(lambda: sum(len(ids) for path, ids in self.receiver.ids.items() if path.endswith("/all")) >= total, 240)
        self.until(lambda: not waiting())

    def check_events(self, shop):
        """Each event came, under one id, signed, with its number among those of its license; and none that did not happen."""
        for path, (made, wanted) in shop.hooks.items():
            came = {}
            for message in self.receiver.of(path):
                self.assertTrue(message.fits(made["secret"]))
                self.assertEqual((shop.id, message.id), (message.json["brand_id"], message.json["id"]))
                place = (message.json["data"]["license"]["id"], message.json["sequence"])
                told = (message.json["type"], message.json["data"]["license"]["status"])
                self.assertEqual((message.id, told), came.setdefault(place, (message.id, told)))
            meant = {(one.id, number): event for one in shop.licenses.values() for number, event in enumerate(one.events, 1)
                     if wanted == ["*"] or event[0] in wanted}
            self.assertEqual(meant, {place: told for place, (_, told) in came.items()})
            self.assertEqual(len(came), len({of for of, _ in came.values()}))
            hook = f"{BRAND}/webhooks/{made['id']}/deliveries"
            self.assertEqual([], self.ask(200, "GET", hook + "?status=dead", key=shop.key).json)
            listed = self.pages(hook, shop)
            self.assertEqual((len(came), {"delivered"}), (len({one["webhook_id"] for one in listed}), {one["status"] for one in listed}))
            self.assertEqual(len(came), len(listed))

    def check_metrics(self):
        """The server counts all that it answered since it came back, and no more than it was asked."""
        found = samples(self.ask(200, "GET", "/metrics", key=None).text)
        life = self.line.life
        for route in (LICENSES + "/provision", PRODUCT + "/activate", "/api/v1/device/activate"):
            stem = f'pospal_http_requests_total{{method="POST",route="{route}",status='
            counted = {int(name[len(stem) + 1:-2]): value for name, value in found.items() if name.startswith(stem)}
            for status in counted:
                self.assertGreaterEqual(counted[status], self.line.answered[life, "POST", route, status], route)
            self.assertLessEqual(sum(counted.values()), self.line.asked[life, "POST", route], route)
            self.assertGreater(sum(counted.values()), 0, route)
        self.assertEqual((0, 0), (found["pospal_writer_queue"], found["pospal_database_writing_pause_seconds"]))

    def check_the_end(self):
        self.assertEqual(0, self.server.stop())
        told = {one["brand"]: one for one in self.server.command("audit", "verify")["audits"]}
        for shop in self.shops:
            self.assertEqual((0, 0), (told[shop.slug]["unsealed"], told[shop.slug]["sealed_late"]))
        self.assertNotIn('"level":"error"', self.server.log())

    def test_nothing_is_lost_and_nothing_doubled(self):
        self.open_the_shops()
        self.live_the_day()
        self.wait_for_events()
        for shop in self.shops:
            sample = random.Random(f"{SEED} {shop.slug}").sample(sorted(shop.licenses.values(), key=lambda one: one.id), len(shop.licenses) // 4)
            self.check_licenses(shop)
            self.check_seats(shop, sample)
            self.check_walls(shop, sample)
            self.check_audit(shop)
            self.check_events(shop)
        self.check_metrics()
        self.assertGreater(min(self.line.cuts, self.line.replays), 0)
        self.check_the_end()


if __name__ == "__main__":
    main()
