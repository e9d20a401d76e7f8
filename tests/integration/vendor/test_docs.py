# SPDX-License-Identifier: Apache-2.0
"""The contract and its viewer as they are served: bytes, types, caches, methods, and that /docs can be turned off."""

import gzip
import http.client
import json

from validator import CONTRACT, ROOT, VendorTest, Validator, main

VIEWER = ROOT / "third_party/swagger-ui"
OURS = ROOT / "server-stub/api/viewer"
FILES = {
    "/openapi.json": (ROOT / "docs/openapi.json", "application/json", False),
    "/docs": (OURS / "page.html", "text/html; charset=utf-8", False),
    "/docs/start.js": (OURS / "start.js", "text/javascript; charset=utf-8", False),
    "/docs/swagger-ui-bundle.js": (VIEWER / "swagger-ui-bundle.js", "text/javascript; charset=utf-8", True),
    "/docs/swagger-ui.css": (VIEWER / "swagger-ui.css", "text/css; charset=utf-8", True),
}


def fetch(server, method, path, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request(method, path, headers=headers)
    reply = connection.getresponse()
    body = reply.read()
    connection.close()
    return reply, body


class Docs(VendorTest):
    def test_each_file_is_served_as_it_is_in_the_repository(self):
        for path, (file, media_type, is_zipped) in FILES.items():
            with self.subTest(path):
                reply, body = fetch(self.server, "GET", path)
                self.assertEqual((200, media_type, "nosniff"), (reply.status, reply.headers["Content-Type"],
                                                                reply.headers["X-Content-Type-Options"]))
                self.assertEqual("gzip" if is_zipped else None, reply.headers["Content-Encoding"])
                self.assertEqual(file.read_bytes(), gzip.decompress(body) if is_zipped else body)

    def test_the_contract_is_served_as_it_is_written(self):
        self.assertEqual(CONTRACT, json.loads(self.ask(200, "GET", "/openapi.json", key=None).text))

    def test_the_contract_describes_them(self):
        for path, (_, _, is_zipped) in FILES.items():
            if not is_zipped:
                self.ask(200, "GET", path, key=None)
            self.ask(304, "GET", path, key=None, headers={"If-None-Match": "*"})

    def test_head_tells_the_same_without_the_bytes(self):
        for path in FILES:
            with self.subTest(path):
                full, body = fetch(self.server, "GET", path)
                head, nothing = fetch(self.server, "HEAD", path)
                self.assertEqual((200, b""), (head.status, nothing))
                self.assertEqual(str(len(body)), head.headers["Content-Length"])
                for name in ("Content-Type", "ETag", "Cache-Control", "Content-Encoding"):
                    self.assertEqual(full.headers[name], head.headers[name])

    def test_who_has_it_is_not_sent_it_again(self):
        for path in FILES:
            etag = fetch(self.server, "GET", path)[0].headers["ETag"]
            for known in (etag, "W/" + etag, f'"other", {etag}', "*"):
                with self.subTest(path + " " + known):
                    reply, body = fetch(self.server, "GET", path, **{"If-None-Match": known})
                    self.assertEqual((304, b"", etag), (reply.status, body, reply.headers["ETag"]))
            for other in ('"other"', etag.strip('"'), etag[:-2] + '"', ""):
                with self.subTest(path + " not " + other):
                    self.assertEqual(200, fetch(self.server, "GET", path, **{"If-None-Match": other})[0].status)

    def test_other_methods_are_told_which_there_are(self):
        for path in FILES:
            for method in ("POST", "PUT", "PATCH", "DELETE"):
                with self.subTest(method + " " + path):
                    reply, _ = fetch(self.server, method, path)
                    self.assertEqual((405, "GET, HEAD, OPTIONS"), (reply.status, reply.headers["Allow"]))

    def test_no_path_leads_to_a_file(self):
        for path in ("/docs/page.html", "/docs/../openapi.json", "/docs/..%2fopenapi.json", "/docs/%2e%2e/%2e%2e/etc/passwd",
                     "/docs/swagger-ui.css/", "/docs//swagger-ui.css", "/docs/LICENSE"):
            with self.subTest(path):
                self.assertEqual(404, fetch(self.server, "GET", path)[0].status)

    def test_a_slash_more_leads_to_the_page(self):
        reply, body = fetch(self.server, "GET", "/docs/")
        self.assertEqual((308, "../docs", b""), (reply.status, reply.headers["Location"], body))

    def test_the_page_may_load_nothing_from_elsewhere(self):
        reply, body = fetch(self.server, "GET", "/docs")
        policy = dict(rule.strip().split(" ", 1) for rule in reply.headers["Content-Security-Policy"].split(";"))
        self.assertEqual({"default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "data:", "connect-src": "'self'",
                          "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'"}, policy)
        for word in (b"http:", b"https:", b"style=", b"onload", b"src=\"//"):
            self.assertNotIn(word, body)

    def test_it_can_be_turned_off(self):
        server = Validator(self.program)
        self.addCleanup(server.remove)
        server.start("--docs", "0")
        for path in FILES:
            with self.subTest(path):
                reply, body = fetch(server, "GET", path)
                self.assertEqual(200 if path == "/openapi.json" else 404, reply.status)
        reply, body = fetch(server, "GET", "/docs")
        self.assertEqual(("application/problem+json", "not_found"), (reply.headers["Content-Type"], json.loads(body)["code"]))


if __name__ == "__main__":
    main()
