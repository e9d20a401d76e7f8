# SPDX-License-Identifier: Apache-2.0
"""Every shipped mail as a picture, in both languages, wide and as on a telephone: <out>/<name>-<language>.png, to be looked at by a person. What a
machine can see is tested too: that there is a picture, with more in it than one colour."""

import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "vendor"))
from validator import SKIPPED, Validator  # noqa: E402

SOURCES = Path(__file__).resolve().parents[3] / "server-stub/mail/templates"
PROGRAM = OUT = RENDERER = None


def find_renderer():
    return next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)


def colours(path):
    """How many different bytes the picture is made of: an empty page has a handful."""
    data, at, packed = path.read_bytes(), 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        packed += data[at + 8:at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    return len(set(zlib.decompress(packed)))


class Pictures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.validator = Validator(PROGRAM)
        cls.profile = tempfile.mkdtemp(prefix="pospal-pictures-")
        OUT.mkdir(parents=True, exist_ok=True)

    @classmethod
    def tearDownClass(cls):
        cls.validator.remove()
        shutil.rmtree(cls.profile, ignore_errors=True)

    def render(self, page, picture, width):
        done = subprocess.run([RENDERER, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={self.profile}",
                               f"--window-size={width},860", f"--screenshot={picture}", page.as_uri()], capture_output=True, timeout=120, check=False)
        self.assertTrue(picture.exists(), done.stderr.decode(errors="replace")[-500:])

    def test_every_mail_can_be_looked_at(self):
        for source in sorted(SOURCES.glob("*/*.mail")):
            language, name = source.parent.name, source.stem
            page, picture = OUT / f"{name}-{language}.html", OUT / f"{name}-{language}.png"
            shown = self.validator.command("mail", "preview", name, "--brand", "acme", "--language", language)
            page.write_text(shown["html"], encoding="utf-8")
            picture.unlink(missing_ok=True)
            self.render(page, picture, 640)
            self.assertGreater(colours(picture), 20, picture)
        self.render(OUT / "payment_failed-el.html", OUT / "payment_failed-el-narrow.png", 500)


if __name__ == "__main__":
    PROGRAM, OUT = sys.argv[1], Path(sys.argv[2]).resolve()
    RENDERER = find_renderer()
    if RENDERER is None:
        print("skipped: no chromium here to make pictures with")
        sys.exit(SKIPPED)
    os.environ.pop("DISPLAY", None)
    unittest.main(argv=sys.argv[:1], verbosity=1)
