# SPDX-License-Identifier: Apache-2.0
"""The list of licenses by what they are now, by their end, and by a member of their metadata."""

from urllib.parse import urlencode

from validator import VendorTest, main

LICENSES = "/api/v1/brand/licenses"


class Filters(VendorTest):
    @classmethod
    def prepare(cls):
        cls.server.add_product("till")
        cls.rival_key = cls.server.add_brand("rival")["api_key"]

    def make(self, email, **more):
        order = {"customer_email": email, "products": ["till"], **more}
        return self.ask(201, "POST", LICENSES + "/provision", order).json["licenses"][0]["id"]

    def ids(self, key="", **query):
        return [one["id"] for one in self.ask(200, "GET", f"{LICENSES}?{urlencode(query)}", key=key).json]

    def test_by_status(self):
        valid, suspended, cancelled = (self.make("status@shop.example") for _ in range(3))
        self.ask(200, "POST", f"{LICENSES}/{suspended}/suspend")
        self.ask(200, "POST", f"{LICENSES}/{cancelled}/cancel")
        for status, wanted in (("valid", [valid]), ("suspended", [suspended]), ("cancelled", [cancelled]), ("expired", [])):
            self.assertEqual(wanted, self.ids(email="status@shop.example", status=status))
        self.assertNotIn(suspended, self.ids(status="suspended", key=self.rival_key))

    def test_a_filter_that_there_is_not_is_refused_with_its_name(self):
        for query, name in (("statu=valid", "statu"), ("status=valid&status=expired", "status"), ("limit=2&limit=3", "limit")):
            refused = self.ask(400, "GET", f"{LICENSES}?{query}").json
            self.assertEqual([name], [one["member"] for one in refused["errors"]])
        self.ask(200, "GET", LICENSES + "?limit=2&")

    def test_by_the_end(self):
        soon = self.make("end@shop.example", expiration_date="2030-01-01T00:00:00Z")
        self.make("end@shop.example", expiration_date="2040-01-01T00:00:00Z")
        self.make("end@shop.example")
        self.assertEqual([soon], self.ids(email="end@shop.example", expiring_before="2030-01-01T00:00:01Z"))
        self.assertEqual([soon], self.ids(expiring_before="2030-01-01T02:00:01+02:00"))
        self.assertEqual([], self.ids(email="end@shop.example", expiring_before="2030-01-01T00:00:00Z"))

    def test_by_metadata(self):
        made = self.make("meta@shop.example", metadata={"order": "a=b & c", "n": 3})
        self.make("meta@shop.example", metadata={"order": "other"})
        self.assertEqual([made], self.ids(metadata="order=a=b & c"))
        self.assertEqual([made], self.ids(metadata="n=3", status="valid"))
        self.assertEqual([], self.ids(metadata="order=a"))
        self.assertEqual([], self.ids(metadata="n=3", key=self.rival_key))

    def test_pages_hold_every_one_once(self):
        made = [self.make("page@shop.example", metadata={"batch": "7"}) for _ in range(5)]
        seen, path = [], LICENSES + "?metadata=batch%3D7&limit=2"
        while path:
            reply = self.ask(200, "GET", path)
            seen += [one["id"] for one in reply.json]
            path = reply.next_page() and reply.next_page() + "&metadata=batch%3D7&limit=2"
        self.assertEqual(made, seen)

    def test_wrong_filters_are_refused(self):
        for wrong in ({"status": "eaten"}, {"expiring_before": "soon"}, {"metadata": "order"}, {"metadata": "=x"},
                      {"metadata": "o=" + "x" * 600}):
            self.ask(400, "GET", f"{LICENSES}?{urlencode(wrong)}")


if __name__ == "__main__":
    main()
