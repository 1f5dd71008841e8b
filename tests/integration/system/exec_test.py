#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A command through the bastion with the stock ssh to a stock sshd: what works, what is refused, with which words."""
import hashlib
import os
import signal
import subprocess
import time
import unittest

from bed_case import BedCase, wait_for


class Exec(BedCase):
    def test_an_ordinary_command_runs_with_its_own_streams_and_status(self):
        done = self.bed.ssh("alice", "web1", "echo out; echo err >&2; exit 3")
        self.assert_says(done, 3, "err")
        self.assertEqual(done.stdout, "out\n")

    def test_stdin_reaches_the_command_and_its_end_too(self):
        done = self.bed.ssh("alice", "web1", "wc -c", input="12345")
        self.assertEqual(done.stdout.strip(), "5")

    def test_a_signal_that_kills_the_command_is_passed_on(self):
        done = self.bed.ssh("alice", "dev1", "kill -TERM $$")
        self.assertNotEqual(done.returncode, 0)
        event = wait_for("end event", lambda: [e for e in self.bed.events("action-ended") if e.get("reason") == "signalled"])
        self.assertEqual(event[-1]["signal"], "TERM")

    def test_a_forbidden_file_is_refused_by_its_rule_whatever_the_spelling(self):
        for command in ("cat /etc/shadow", "'c'at /etc/sha'dow'", "cat /etc/../etc//shadow", "cat < /etc/shadow",
                        "sudo env X=1 cat /etc/shadow", "sh -c 'cat /etc/shadow'", "cat /etc/shad*"):
            with self.subTest(command):
                done = self.bed.ssh("alice", "web1", command)
                self.assert_says(done, 77, "sallyport: denied by rule secret-files", "Ask: #sre")
                self.assertEqual(done.stdout, "")

    def test_a_person_without_a_grant_is_refused(self):
        self.assert_says(self.bed.ssh("bob", "dev1", "id"), 77, "denied by rule default")

    def test_an_unknown_target_and_a_forbidden_one_look_alike(self):
        unknown = self.bed.ssh("alice", "bastion", "id", options=["-l", f"{self.bed.account}@nowhere"])
        self.assert_says(unknown, 69, "target not reachable, or no such target for you")
        account = self.bed.ssh("alice", "bastion", "id", options=["-l", "nosuchaccount@web1"])
        self.assert_says(account, 69, "target not reachable, or no such target for you")

    def test_hostile_bytes_in_an_exec_string_run_nothing_that_was_not_judged(self):
        marker = self.bed.folder / "marker"
        for command in (f"echo a\ntouch {marker}; cat /etc/shadow", f"echo a\r; cat /etc/shadow; touch {marker}", "echo a; )",
                        f"true <<X\n$(cat /etc/shadow; touch {marker})\nX"):
            with self.subTest(command):
                done = self.bed.ssh("alice", "web1", command)
                self.assert_says(done, 77, "sallyport: denied by rule")
                self.assertFalse(marker.exists())

    def test_a_script_on_standard_input_is_judged_whole_before_it_runs(self):
        marker = self.bed.folder / "script-marker"
        for words, options in (([], ["-T"]), (["bash -s"], []), (["sh"], [])):
            with self.subTest(words):
                done = self.bed.ssh("alice", "web1", *words, options=options, input="x=one\necho $x\necho 'two'\n")
                self.assert_says(done, 0)
                self.assertEqual(done.stdout, "one\ntwo\n")
                done = self.bed.ssh("alice", "web1", *words, options=options,
                                    input=f"touch {marker}\ncat /etc/sha'dow'\n")
                self.assert_says(done, 77, "sallyport: denied by rule secret-files")
                self.assertFalse(marker.exists(), "a line before the forbidden one ran")
        self.assert_says(self.bed.ssh("alice", "web1", options=["-T"], input="echo a\0b\n"), 77, "NUL")
        self.assert_says(self.bed.ssh("alice", "web1", options=["-T"], input="echo a; )\n"), 77, "denied by rule")
        status = self.bed.ssh("alice", "web1", options=["-T"], input="exit 7\n")
        self.assert_says(status, 7)
        decided = [e for e in self.bed.events("action-decided") if e.get("action") == "script"]
        self.assertIn("exit 7\n", [e["command"] for e in decided])

    def test_a_script_whose_end_is_not_seen_is_not_judged_as_if_it_were(self):
        with subprocess.Popen(self.bed.ssh_command("alice", "web1", "bash", "-s"), stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as client:
            client.stdin.write("echo early\n")
            client.stdin.flush()
            held = wait_for("the request", lambda: [e for e in self.bed.events("request-opened")
                                                    if e["command"] == "bash -s"], 30)
            client.stdin.close()
            client.terminate()
            self.assertEqual(client.stdout.read(), "")
            self.assertIn("cannot be judged before it runs", client.stderr.read())
        self.assertIn("prod-opaque", held[-1]["rules"])

    def test_a_large_script_runs_on_a_machine_that_allows_scripts(self):
        script = "true '" + "x" * 700_000 + "'\necho end\n"
        self.assert_says(self.bed.ssh("alice", "dev1", options=["-T"], input=script), 0)
        over = "echo first\n" + "true '" + "x" * 1_100_000 + "'\necho end\n"
        done = self.bed.ssh("alice", "dev1", "bash -s", input=over)
        self.assert_says(done, 0, "longer than 1 MiB")
        self.assertEqual(done.stdout, "first\nend\n")

    def test_a_target_may_have_the_names_of_an_exec_checked(self):
        targets = self.bed.folder / "etc/targets.d/targets.toml"
        before = targets.read_text()
        try:
            targets.write_text(before.replace('\nname = "web1"', '\nname = "web1"\nexec = "guarded"'))
            self.bed.sallyport("reload")
            done = self.bed.ssh("alice", "web1", "cd / && echo \"in $PWD\"; ls -d /etc; exit 5")
            self.assert_says(done, 5)
            self.assertEqual(done.stdout, "in /\n/etc\n")
            for words in ([], ["bash -s"]):
                done = self.bed.ssh("alice", "web1", *words, options=["-T"], input="echo one\ntrue\nexit 6\n")
                self.assert_says(done, 6)
                self.assertEqual(done.stdout, "one\n")
        finally:
            targets.write_text(before)
            self.bed.sallyport("reload")

    def test_what_is_not_built_is_refused_with_a_sentence(self):
        sftp = subprocess.run(["sftp", "-F", self.bed.folder / "alice/ssh_config", "-b", "/dev/null", "web1"], text=True,
                              capture_output=True, timeout=30)
        self.assertIn("subsystem `sftp` is not built yet", sftp.stderr)

    def test_a_megabyte_stream_keeps_every_byte_while_keys_are_renewed(self):
        data = os.urandom(8 << 20)
        done = self.bed.ssh("alice", "dev1", "cat", input=data, text=False, options=["-o", "RekeyLimit=1M"], timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(hashlib.sha256(done.stdout).hexdigest(), hashlib.sha256(data).hexdigest())

    def test_json_lines_for_scripts(self):
        done = self.bed.ssh("alice", "web1", "cat /etc/shadow", options=["-o", "SetEnv=SALLYPORT_OUTPUT=json"])
        self.assert_says(done, 77, '{"sallyport":"denied","rule":"secret-files"', '"retryable":false}')

    def test_the_target_sees_one_principal_one_command_and_minutes(self):
        self.bed.ssh("alice", "web1", "true")
        log = (self.bed.folder / "targets/web1/log").read_text()
        self.assertIn("CA ED25519", log)
        self.assertIn("session=", log)

    def test_a_changed_host_key_stops_everything_with_76(self):
        path = self.bed.folder / "etc/targets.d/targets.toml"
        good = path.read_text()
        other = (self.bed.folder / "targets/web1/host_key.pub").read_text().split()[1]
        dev = (self.bed.folder / "targets/dev1/host_key.pub").read_text().split()[1]
        path.write_text(good.replace(dev, other))
        try:
            self.bed.sallyport("reload")
            self.assert_says(self.bed.ssh("alice", "dev1", "echo ran"), 76, "not the expected one")
        finally:
            path.write_text(good)
            self.bed.sallyport("reload")
        self.assertEqual(self.bed.ssh("alice", "dev1", "echo ran").stdout, "ran\n")

    def test_a_fault_in_the_configuration_changes_nothing(self):
        path = self.bed.folder / "etc/targets.d/targets.toml"
        good = path.read_text()
        path.write_text(good + "\n[[target]]\nname = \"x\"\nhots = \"h\"\n")
        try:
            done = self.bed.sallyport("reload", check=False)
            self.assertNotEqual(done.returncode, 0)
            self.assertRegex(done.stderr, r"targets.toml:\d+:1: unknown key `hots`")
            self.assertEqual(self.bed.ssh("alice", "dev1", "echo ran").stdout, "ran\n")
        finally:
            path.write_text(good)

    def test_kill_ends_a_session(self):
        child = subprocess.Popen(self.bed.ssh_command("alice", "dev1", "sleep 60"), stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        live = wait_for("live session", lambda: next((s for s in self.bed.sessions() if not s["ended"]), None))
        self.bed.sallyport("session", "kill", live["session"])
        self.assertEqual(child.wait(10), 75)
        child.communicate()

    def test_no_record_nothing_runs(self):
        records = self.bed.folder / "var/records"
        aside = self.bed.folder / "var/records.aside"
        records.rename(aside)
        records.write_text("in the way")
        try:
            self.assert_says(self.bed.ssh("alice", "dev1", "echo ran"), 74, "the record cannot be written, so nothing is run")
        finally:
            records.unlink()
            aside.rename(records)


class Slow(BedCase):
    PEOPLE = ("alice",)

    def test_a_client_that_stops_reading_costs_bounded_memory(self):
        child = subprocess.Popen(self.bed.ssh_command("alice", "dev1", "head -c 300000000 /dev/zero"),
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            child.stdout.read(1 << 20)
            child.send_signal(signal.SIGSTOP)
            time.sleep(3)
            most = 0
            for pid in filter(str.isdigit, os.listdir("/proc")):
                try:
                    if os.readlink(f"/proc/{pid}/exe").endswith("/sallyport-connection"):
                        with open(f"/proc/{pid}/statm") as statm:
                            most = max(most, int(statm.read().split()[1]) * 4096)
                except OSError:
                    continue
            self.assertGreater(most, 0)
            self.assertLess(most, 40 << 20)
        finally:
            child.send_signal(signal.SIGCONT)
            child.kill()
            child.communicate()


if __name__ == "__main__":
    unittest.main(verbosity=1)
