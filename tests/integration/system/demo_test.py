#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The demo as a stranger uses it: what `--up` prints works, a second one is refused, Ctrl-C and `--down` leave nothing."""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from bed_case import ROOT, wait_for

TOUR = [sys.executable, ROOT / "scripts/lib/tour.py"]


def alive(pids):
    return {name for name, pid in pids.items() if pathlib.Path(f"/proc/{pid}").exists()
            and "Z" not in pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]}


class Demo(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="sallyport-demo-")
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name) / "demo"

    def tour(self, *words, status=0):
        done = subprocess.run([*TOUR, *words], capture_output=True, text=True, timeout=180, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def pids(self):
        state = self.folder / "state.json"
        try:
            return json.loads(state.read_text())["pids"]
        except (OSError, ValueError):  # not there yet, or half written
            return {}

    def test_what_up_prints_works_until_down(self):
        shown = self.tour("--up", self.folder, os.environ["PROGRAMS"])
        self.addCleanup(self.tour, "--down", self.folder, "-")
        pids = self.pids()
        self.assertIn("sallyport", alive(pids))
        command = re.search(r"ssh_config web1 '(rm -rf (\S+))'", shown)
        path = pathlib.Path(command[2])
        self.assertTrue(path.is_relative_to(self.folder), "nothing outside of the demo's folder is suggested")
        path.mkdir()
        child = subprocess.Popen(["ssh", "-F", self.folder / "alice/ssh_config", "web1", command[1]], text=True,
                                 stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(child.stderr.close)
        self.addCleanup(child.kill)
        line = child.stderr.readline()
        self.assertRegex(line, "Request [0-9A-Z]{6}")
        request = re.search(r"Request ([0-9A-Z]{6})", line)[1]
        click = self.folder / "chat/click"

        def clicked(*words):
            return subprocess.run([click, *words], capture_output=True, text=True, timeout=60)
        wait_for("the message", lambda: request in clicked("--show").stdout)
        own = clicked(request, "approve", "--as", "alice")
        self.assertEqual((own.returncode, own.stdout), (1, "you asked for this yourself: somebody else has to decide\n"))
        stranger = clicked(request, "approve", "--as", "mallory")
        self.assertEqual(stranger.returncode, 1)
        self.assertIn("not linked", stranger.stdout)
        self.assertEqual(clicked(request, "approve", "--as", "bob").returncode, 0)
        self.assertEqual(child.wait(30), 0)
        self.assertFalse(path.exists())
        self.assertIn("one runs already", self.tour("--free", "--up", self.folder, status=78))
        self.assertEqual(alive(pids), set(pids), "the second one touched nothing of the first")
        self.assertIn("stopped: provider, chat, target-web1, target-dev1, sallyport", self.tour("--down", self.folder, "-"))
        self.assertEqual(alive(pids), set())
        self.assertIn("nothing ran", self.tour("--down", self.folder, "-"))

    def test_an_interrupted_tour_is_no_success_and_leaves_nothing(self):
        child = subprocess.Popen([*TOUR, "--once", self.folder, os.environ["PROGRAMS"]], stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
        self.addCleanup(child.stdout.close)
        wait_for("sallyport starts", lambda: "sallyport" in self.pids(), 60)
        pids = self.pids()
        time.sleep(0.5)
        os.killpg(child.pid, signal.SIGINT)
        out = child.stdout.read()
        self.assertEqual(child.wait(60), 130, out)
        self.assertIn("interrupted", out)
        self.assertEqual(alive(pids), set())

    def test_a_wrong_option_is_named_and_help_is_no_fault(self):
        demo = ROOT / "scripts/demo"
        wrong = subprocess.run([demo, "--bogus"], capture_output=True, text=True, timeout=20)
        self.assertEqual(wrong.returncode, 64)
        self.assertIn("unknown option `--bogus`", wrong.stderr)
        help_text = subprocess.run([demo, "--help"], capture_output=True, text=True, timeout=20)
        self.assertEqual(help_text.returncode, 0)
        for option in ("--once", "--up", "--down"):
            self.assertIn(option, help_text.stdout)


if __name__ == "__main__":
    unittest.main()
