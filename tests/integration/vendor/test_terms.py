# SPDX-License-Identifier: Apache-2.0
"""Imports against terms: what a customer paid for is neither lost nor given away, whatever the product's policy says of new licenses."""

from validator import VendorTest, main

PRODUCTS = "/api/v1/brand/products"
LICENSES = "/api/v1/brand/licenses"
ACTIVATE = "/api/v1/product/licenses/activate"
END = "2090-01-31T12:00:00Z"
LATER = "2095-01-31T12:00:00Z"


class Terms(VendorTest):
    arguments = ("--refusals-per-minute", "0")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for slug, more in (("made", {"expiry_basis": "creation"}), ("shelf", {"expiry_basis": "first_activation"})):
            body = {"slug": slug, "name": slug, "seats": 1, "overage": 1, "duration_days": 30, **more}
            cls.server.ask("POST", PRODUCTS, body)

    def bring(self, row, *words, mapping="pospal-validator"):
        told = self.server.bring([row], *words, mapping=mapping)
        self.assertEqual(0, told["refused"], told)
        return tuple(told[name] for name in ("new", "same", "changed" if "--update" in words else "different"))

    def sell(self, product, email, **more):
        body = {"customer_email": email, "products": [product], **more}
        made = self.ask(201, "POST", LICENSES + "/provision", body).json
        return {"key": made["license_key"]["key"], "product": product, "email": email}

    def term(self, row):
        (one,) = self.ask(200, "GET", LICENSES, email=row["email"]).json
        return one["expires_at"], one["duration_days"]

    def activate(self, status, row, identifier):
        self.ask(status, "POST", ACTIVATE, {"license_key": row["key"], "instance_identifier": identifier,
                                            "instance_type": "machine_id"}, key=None)

    def test_an_imported_license_without_an_end_has_none(self):
        for product in ("made", "shelf"):
            row = {"key": f"NEVER-{product}-1", "product": product, "email": f"never-{product}@shop.example"}
            self.assertEqual((1, 0, 0), self.bring(row))
            self.assertEqual((None, None), self.term(row))
            self.activate(201, row, "m-1")
            self.assertEqual((None, None), self.term(row))
            self.assertEqual((0, 1, 0), self.bring(row, "--update"))
        row = {"key": "UNTIL-1", "product": "shelf", "email": "until@shop.example", "expires_at": END}
        self.bring(row)
        self.assertEqual((END, None), self.term(row))

    def test_a_file_without_ends_takes_none_away(self):
        for product, more in (("made", {}), ("made", {"expiration_date": END}), ("shelf", {"expiration_date": END}), ("shelf", {})):
            row = self.sell(product, f"kept-{product}-{len(more)}@shop.example", **more)
            before = self.term(row)
            self.assertNotEqual((None, None), before)
            self.assertEqual((0, 1, 0), self.bring(row, "--update"))
            self.assertEqual((0, 0, 1), self.bring({**row, "plan": "gold"}, "--update"))
            self.assertEqual(before, self.term(row))
        self.activate(201, row, "m-1")  # the last one waited
        running = self.term(row)
        self.assertIsNotNone(running[0])
        self.assertEqual((0, 1, 0), self.bring({**row, "plan": "gold"}, "--update"))
        self.assertEqual(running, self.term(row))

    def test_an_end_that_a_file_gives_outlives_the_first_activation(self):
        row = self.sell("shelf", "paid@shop.example")
        self.assertEqual((None, 30), self.term(row))
        self.assertEqual((0, 0, 1), self.bring({**row, "expires_at": END}))
        self.assertEqual((None, 30), self.term(row))  # told, not taken
        self.assertEqual((0, 0, 1), self.bring({**row, "expires_at": END}, "--update"))
        self.assertEqual((END, None), self.term(row))
        self.activate(201, row, "m-1")
        self.assertEqual((END, None), self.term(row))
        self.assertEqual((0, 0, 1), self.bring({**row, "expires_at": LATER}, "--update"))
        self.assertEqual((LATER, None), self.term(row))

    def test_a_seat_that_comes_over_begins_the_term(self):
        row = self.sell("shelf", "seated@shop.example")
        seat = {"key": row["key"], "product": "shelf", "instance": "m-1", "kind": "machine_id"}
        self.bring(seat, "--dry-run", mapping="activations")
        self.assertEqual((None, 30), self.term(row))
        self.assertEqual((1, 0, 0), self.bring(seat, mapping="activations"))
        running = self.term(row)
        self.assertIsNotNone(running[0])
        self.assertIsNone(running[1])
        self.assertEqual((0, 1, 0), self.bring(seat, mapping="activations"))
        self.activate(200, row, "m-1")
        self.assertEqual(running, self.term(row))
        # As many as the product tolerates come over, and no more.
        self.assertEqual((1, 0, 0), self.bring({**seat, "instance": "m-2"}, mapping="activations"))
        told = self.server.bring([{**seat, "instance": "m-3"}], mapping="activations", code=6)
        self.assertEqual((0, 1), (told["new"], told["refused"]))
        self.assertIn("seats of the license are taken", told["refusals"][0]["reason"])


if __name__ == "__main__":
    main()
