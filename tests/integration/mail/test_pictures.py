# SPDX-License-Identifier: Apache-2.0
"""Every shipped mail as a picture, a sheet for each language, and one as on a telephone: <out>/all-<language>.png and narrow-el.png, to be looked at
by a person. What a machine can see is tested too: that there is a picture, with more in it than one colour."""

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

    def render(self, page, picture, width, height):
        picture.unlink(missing_ok=True)
        done = subprocess.run([RENDERER, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={self.profile}",
                               f"--window-size={width},{height}", f"--screenshot={picture}", page.as_uri()], capture_output=True, timeout=120,
                              check=False)
        self.assertTrue(picture.exists(), done.stderr.decode(errors="replace")[-500:])
        self.assertGreater(colours(picture), 20, picture)

    def write_page(self, name, language):
        page = OUT / f"{name}-{language}.html"
        shown = self.validator.command("mail", "preview", name, "--brand", "acme", "--language", language)
        page.write_text(shown["html"], encoding="utf-8")
        return page

    def test_every_mail_can_be_looked_at(self):
        for language in ("en", "el"):
            pages = [self.write_page(source.stem, language) for source in sorted((SOURCES / language).glob("*.mail"))]
            self.assertEqual(15, len(pages))
            sheet = OUT / f"all-{language}.html"
            frames = "".join(f'<iframe src="{page.name}" width="640" height="700" style="border:0;margin:4px"></iframe>' for page in pages)
            sheet.write_text(f'<!DOCTYPE html><meta charset="utf-8"><body style="margin:0;background:#888">{frames}</body>', encoding="utf-8")
            self.render(sheet, OUT / f"all-{language}.png", 3 * 650, 5 * 710)
        self.render(OUT / "payment_failed-el.html", OUT / "narrow-el.png", 500, 860)


if __name__ == "__main__":
    PROGRAM, OUT = sys.argv[1], Path(sys.argv[2]).resolve()
    RENDERER = find_renderer()
    if RENDERER is None:
        print("skipped: no chromium here to make pictures with")
        sys.exit(SKIPPED)
    os.environ.pop("DISPLAY", None)
    unittest.main(argv=sys.argv[:1], verbosity=1)
