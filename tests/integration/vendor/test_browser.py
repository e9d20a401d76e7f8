# SPDX-License-Identifier: Apache-2.0
"""/docs in a real browser, Chromium without a screen: every operation is shown, and the browser has nothing to complain of, such as the
content security policy. Skipped where there is no Chromium; ./dev setup does not bring it."""

import os
import re
import shutil
import subprocess
import sys

from validator import CONTRACT, SKIPPED, VendorTest, main

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
METHODS = {"get", "post", "put", "patch", "delete"}


class Browser(VendorTest):
    def look(self, path):
        """The page as it is after its scripts, and what the console said."""
        words = [BROWSER, "--headless", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--enable-logging=stderr",
                 "--user-data-dir=" + os.path.join(self.server.directory, "browser"), "--virtual-time-budget=30000", "--dump-dom"]
        if os.getuid() == 0:
            words.append("--no-sandbox")
        seen = subprocess.run([*words, f"http://127.0.0.1:{self.server.port}{path}"], capture_output=True, text=True, timeout=200, check=True)
        return seen.stdout, [line for line in seen.stderr.splitlines() if ":CONSOLE" in line]

    def test_every_operation_is_shown_and_nothing_is_complained_of(self):
        page, console = self.look("/docs")
        self.assertEqual([], console)
        shown = set(re.findall(r'class="opblock opblock-\w+[^"]*" id="operations-[^"]*?-(\w+)"', page))
        described = {operation["operationId"] for item in CONTRACT["paths"].values() for method, operation in item.items() if method in METHODS}
        self.assertEqual(described, shown)
        self.assertNotIn("try-out", page)

    def test_a_slash_more_shows_the_same(self):
        page, console = self.look("/docs/")
        self.assertEqual([], console)
        self.assertIn("opblock-summary", page)


if __name__ == "__main__":
    if not BROWSER:
        print("skipped: there is no Chromium here")
        sys.exit(SKIPPED)
    main()
