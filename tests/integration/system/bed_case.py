# SPDX-License-Identifier: Apache-2.0
"""One bed a test file, made once; every test gets it as `self.bed`. PROGRAMS names the folder of the built programs."""
import os
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "scripts/lib"))
from bed import ROOT, Bed, BedError, call, wait_for  # noqa: E402,F401  (tests take them from here)


class BedCase(unittest.TestCase):
    EXTRA_CONFIG = ""
    EXTRA_POLICY = None
    PEOPLE = ("alice", "bob")

    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory(prefix="sallyport-")
        cls.bed = Bed(pathlib.Path(cls.scratch.name) / "bed", os.environ["PROGRAMS"])
        try:
            cls.bed.up(cls.PEOPLE, cls.EXTRA_CONFIG, cls.EXTRA_POLICY)
        except BaseException:
            cls.show_logs()
            cls.bed.down()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.bed.down()
        cls.scratch.cleanup()

    @classmethod
    def show_logs(cls):
        for log in sorted(cls.bed.folder.glob("log/*.log")):
            print(f"--- {log.name}\n{log.read_text()[-3000:]}", file=sys.stderr)

    def run(self, result=None):
        before = len(result.failures) + len(result.errors) if result else 0
        super().run(result)
        if result and len(result.failures) + len(result.errors) > before:
            self.show_logs()

    def assert_says(self, done, status, *texts):
        """The exit status and every text on stderr."""
        shown = f"status {done.returncode}\nstdout: {done.stdout}\nstderr: {done.stderr}"
        self.assertEqual(done.returncode, status, shown)
        for text in texts:
            self.assertIn(text, done.stderr, shown)

    def last_session(self):
        return wait_for("session ends", lambda: next((s for s in self.bed.sessions() if s["ended"]), None))
