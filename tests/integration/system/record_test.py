#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What was seen is what was recorded: masked, playable by stock tools, provable, and false after one changed byte."""
import hashlib
import json
import shutil
import subprocess
import unittest

from bed_case import BedCase, wait_for

KEY = "AKIA" + "QWERTYUIOPASDFGH"
RULE = "aws-access-key"


class Record(BedCase):
    PEOPLE = ("alice",)

    def run_and_seal(self, command, **options):
        before = {session["session"] for session in self.bed.sessions()}
        done = self.bed.ssh("alice", "web1", command, **options)
        session = wait_for("session", lambda: next((s for s in self.bed.sessions() if s["session"] not in before and s["ended"]), None))
        path = self.bed.folder / "var/records" / (session["record"] + ".cast.zst")
        wait_for("seal", path.with_name(session["session"] + ".seal").exists)
        return done, session["session"], path

    def test_a_secret_in_the_output_is_masked_live_and_in_the_record(self):
        log = self.bed.folder / "targets/web1/srv/app.log"
        for options in ([], ["-tt"]):
            with self.subTest(options):
                done, session, path = self.run_and_seal(f"cat {log}", options=options)
                self.assertNotIn(KEY, done.stdout)
                self.assertIn("AKIA" + "*" * 16, done.stdout)
                cast = subprocess.run(["zstd", "-dcq", path], capture_output=True, text=True, check=True).stdout
                self.assertNotIn(KEY, cast)
                self.assertIn("AKIA" + "*" * 16, cast)
        masked = [e for e in self.bed.events("output-masked")]
        self.assertEqual(masked[-1][RULE], "1")

    def test_stock_tools_play_it(self):
        _, session, path = self.run_and_seal("echo played", options=["-tt"])
        cast = subprocess.run(["zstd", "-dcq", path], capture_output=True, check=True).stdout
        header = json.loads(cast.split(b"\n")[0])
        self.assertEqual(header["version"], 2)
        shown = subprocess.run(["asciinema", "play", "-i", "0.01", "-"], input=cast, capture_output=True, timeout=30)
        self.assertIn(b"played", shown.stdout, shown.stderr)

    def test_every_record_verifies_and_no_record_does_after_one_changed_byte(self):
        _, session, path = self.run_and_seal("echo one; echo two >&2")
        self.bed.sallyport("record", "verify", session)
        good = path.read_bytes()
        copy = self.bed.folder / "copy" / path.name
        copy.parent.mkdir(exist_ok=True)
        shutil.copy(path.with_name(session + ".seal"), copy.parent / (session + ".seal"))
        copy.write_bytes(good)
        self.bed.sallyport("record", "verify", str(copy))
        for at in range(0, len(good), max(1, len(good) // 40)):
            bad = bytearray(good)
            bad[at] ^= 1
            copy.write_bytes(bad)
            self.assertEqual(self.bed.sallyport("record", "verify", str(copy), check=False).returncode, 1, at)
        copy.write_bytes(good[:-1])
        self.assertEqual(self.bed.sallyport("record", "verify", str(copy), check=False).returncode, 1)

    def test_a_record_that_was_cut_is_false(self):
        _, session, path = self.run_and_seal("echo shown")
        path.write_bytes(path.read_bytes()[:200])
        self.assertEqual(self.bed.sallyport("record", "verify", session, check=False).returncode, 1)

    def test_another_record_with_its_true_seal_contradicts_the_event_log(self):
        _, session, path = self.run_and_seal("echo one")
        _, other, other_path = self.run_and_seal("echo two; echo three")
        heads = [e["head"] for e in self.bed.events("action-ended") if e["session"] == session]
        self.assertEqual([len(head) for head in heads], [64])
        self.bed.sallyport("record", "verify", session)
        self.bed.sallyport("record", "verify", other)
        shutil.copy(other_path, path)
        shutil.copy(other_path.with_name(other + ".seal"), path.with_name(session + ".seal"))
        done = self.bed.sallyport("record", "verify", session, check=False)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("event log", done.stdout)

    def test_text_export_and_cat(self):
        _, session, _ = self.run_and_seal("printf 'a\\033[31mb\\033[0m\\n'", options=["-tt"])
        self.assertIn("ab", self.bed.sallyport("record", "export", session, "--form", "text").stdout)
        self.assertIn("\033[31m", self.bed.sallyport("record", "cat", session).stdout)
        self.assertIn(session, self.bed.sallyport("record", "list").stdout)

    def test_binary_output_passes_unharmed_and_is_an_event(self):
        done, session, path = self.run_and_seal("cat /bin/bash", text=False)
        with open("/bin/bash", "rb") as file:
            self.assertEqual(done.stdout, file.read())
        self.assertTrue([e for e in self.bed.events("output-binary") if e["session"] == session])
        cast = subprocess.run(["zstd", "-dcq", path], capture_output=True, check=True).stdout
        told = [json.loads(data) for _, code, data in map(json.loads, cast.splitlines()[1:]) if code == "e"]
        stream = next(event for event in told if event["kind"] == "binary-stream")
        binary = done.stdout[4:]  # what stands before the first binary byte is text: DEL and `ELF`
        self.assertEqual((stream["bytes"], stream["sha256"]), (len(binary), hashlib.sha256(binary).hexdigest()))
        self.assertGreater(stream["omitted"], 0)

    def test_the_event_log_is_a_chain(self):
        self.run_and_seal("true")
        self.assertIn("intact", self.bed.sallyport("event", "verify").stdout)
        log = self.bed.folder / "log/events.jsonl"
        good = log.read_bytes()
        try:
            bad = bytearray(good)
            bad[len(bad) // 2] ^= 1
            log.write_bytes(bad)
            self.assertEqual(self.bed.sallyport("event", "verify", check=False).returncode, 1)
        finally:
            log.write_bytes(good)


if __name__ == "__main__":
    unittest.main(verbosity=1)
