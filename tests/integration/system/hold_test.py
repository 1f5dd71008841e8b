#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A risky command is held until somebody else decides: over ssh, by a click, by nobody, and what a crash does to it."""
import json
import os
import pty
import re
import signal
import subprocess
import time
import unittest

from bed_case import BedCase, wait_for

SHORT = """format = 1
name = "extra"

[[guard]]
id = "short-hold"
text = "For tests: a hold that nobody has time to answer."
where = { env = ["prod"] }
cmd = { name = ["shred"] }
need = { approval = { all = [{ group = "sre", count = 1 }], ttl = "2s", scope = "once" } }
test = [{ as = "alice", on = "web1", exec = "shred /srv/x", expect = "approve" }]

[[guard]]
id = "two-persons"
text = "For tests: needs two persons."
where = { env = ["prod"] }
cmd = { name = ["mv"] }
need = { approval = { all = [{ group = "sre", count = 1 }, { group = "auditor", count = 1 }], ttl = "5m", scope = "once" } }
test = [{ as = "alice", on = "web1", exec = "mv /srv/x /srv/y", expect = "approve" }]

[[guard]]
id = "by-ssh"
text = "For tests: decided over ssh with a fresh login."
where = { env = ["prod"] }
cmd = { name = ["chmod"] }
need = { approval = { all = [{ group = "sre", count = 1 }], ttl = "5m", scope = "once", confirm = "ssh" } }
test = [{ as = "alice", on = "web1", exec = "chmod 600 /srv/x", expect = "approve" }]
"""


class Held:
    """A held command of a person: its process, its request id, and what it printed."""

    def __init__(self, case, command, person="alice", host="web1"):
        self.child = subprocess.Popen(case.bed.ssh_command(person, host, command), stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.child.stderr.readline()
        match = re.search(r"Request ([0-9A-Z]{6})", line)
        if not match:
            self.child.kill()
            raise AssertionError("not held: " + line + self.child.stderr.read())
        self.line, self.id = line, match.group(1)

    def end(self, seconds=20):
        out, err = self.child.communicate(timeout=seconds)
        return subprocess.CompletedProcess([], self.child.returncode, out, self.line + err)


class Hold(BedCase):
    EXTRA_POLICY = SHORT
    PEOPLE = ("alice", "bob", "carol")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for person in ("alice", "bob"):
            cls.bed.link(person)

    def thing(self, name):
        path = self.bed.folder / "targets/web1/srv" / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def hash_of(self, request):
        shown = self.bed.ssh("bob", "bastion", f"request show {request}").stdout
        return re.search(r"^hash +(\w+)", shown, re.M).group(1)

    def approve(self, request, person="bob", verb="approve"):
        return self.bed.ssh(person, "bastion", f"{verb} {request} --yes {self.hash_of(request)}")

    def state_of(self, request):
        rows = self.bed.sallyport("--json", "request", "list", "--all").stdout.splitlines()
        return next(json.loads(row)["state"] for row in rows if f'"{request}"' in row)

    # ---- decided

    def test_approved_over_ssh_it_runs_in_the_same_session(self):
        path = self.thing("one")
        held = Held(self, f"rm -rf {path}")
        self.assertIn("held by rule prod-destroy: needs 1 of group sre", held.line)
        self.assertTrue(path.exists())
        self.assertEqual(self.approve(held.id).returncode, 0)
        self.assert_says(held.end(), 0, "approved by bob (ssh)")
        self.assertFalse(path.exists())
        wait_for("ended", lambda: self.state_of(held.id) == "ended")

    def test_approved_by_a_click_and_every_copy_is_updated(self):
        path = self.thing("two")
        held = Held(self, f"rm -rf {path}")
        wait_for("posted", lambda: any(held.id in m["text"] for m in self.bed.messages()))
        message = next(m for m in self.bed.messages() if held.id in m["text"])
        self.assertIn(f"rm -rf {path}", message["text"])
        self.bed.click(held.id, "approve", "bob")
        self.assert_says(held.end(), 0, "approved by bob (telegram)")
        self.assertFalse(path.exists())
        wait_for("copy without buttons", lambda: not next(m for m in self.bed.messages() if held.id in m["text"])["buttons"])

    def test_denied_it_does_not_run(self):
        path = self.thing("three")
        held = Held(self, f"rm -rf {path}")
        self.assertEqual(self.approve(held.id, verb="deny").returncode, 0)
        self.assert_says(held.end(), 77, "denied by bob (ssh)")
        self.assertTrue(path.exists())

    def test_nobody_decides_in_time(self):
        held = Held(self, "shred /srv/nothing")
        self.assert_says(held.end(), 75, "nobody decided in time")
        self.assertEqual(self.approve(held.id).returncode, 77)

    def test_two_persons_are_two_persons(self):
        a, b = self.thing("four"), self.bed.folder / "targets/web1/srv/moved"
        held = Held(self, f"mv {a} {b}")
        self.assertEqual(self.approve(held.id).returncode, 0)
        self.assertEqual(self.approve(held.id).returncode, 77)
        self.assertEqual(self.state_of(held.id), "pending")
        shown = self.bed.ssh("carol", "bastion", f"request show {held.id}").stdout
        code = re.search(r"^hash +(\w+)", shown, re.M).group(1)
        self.assertEqual(self.bed.ssh("carol", "bastion", f"approve {held.id} --yes {code}").returncode, 0)
        self.assert_says(held.end(), 0)
        self.assertTrue(b.exists())

    # ---- who may not

    def test_whoever_asked_can_never_approve_by_no_account(self):
        held = Held(self, f"rm -rf {self.thing('five')}")
        wait_for("posted", lambda: any(held.id in m["text"] for m in self.bed.messages()))
        shown = self.bed.ssh("alice", "bastion", f"request show {held.id}").stdout
        code = re.search(r"^hash +(\w+)", shown, re.M).group(1)
        self.assert_says(self.bed.ssh("alice", "bastion", f"approve {held.id} --yes {code}"), 77, "somebody else has to decide")
        told = self.bed.click(held.id, "approve", "alice")
        self.assertIn("somebody else has to decide", str(told))
        self.assertIn("not linked", str(self.bed.click(held.id, "approve", "mallory")))
        self.assertEqual(self.state_of(held.id), "pending")
        held.child.send_signal(signal.SIGINT)
        held.end()

    def test_forged_clicks_release_nothing(self):
        held = Held(self, f"rm -rf {self.thing('six')}")
        wait_for("posted", lambda: any(held.id in m["text"] for m in self.bed.messages()))
        before = len(self.bed.events("click-refused"))
        for forged in ({"value": "A" * 22}, {"value": held.id}, {"chat": -1002}):
            with self.subTest(forged):
                told = self.bed.click(held.id, "approve", "bob", **forged)
                self.assertEqual(told["text"], "this button is not one of ours")
                self.assertEqual(self.state_of(held.id), "pending")
        # A press without a value says nothing that could be answered: no words, no event.
        self.assertIsNone(self.bed.click(held.id, "approve", "bob", value="", wait=1)["text"])
        self.assertEqual(self.state_of(held.id), "pending")
        refused = self.bed.events("click-refused")[before:]
        self.assertEqual([event["why"] for event in refused], ["this button is not one of ours"] * 3)
        self.assertEqual({event["user"] for event in refused}, {"1002"})
        held.child.kill()
        held.end()

    def test_a_click_after_the_end_is_nothing(self):
        path = self.thing("seven")
        held = Held(self, f"rm -rf {path}")
        message = wait_for("posted", lambda: next((m for m in self.bed.messages() if held.id in m["text"]), None))
        held.child.kill()
        held.end()
        wait_for("cancelled", lambda: self.state_of(held.id) == "cancelled")
        told = self.bed.click(held.id, "approve", "bob", message=message["message"], value=message["buttons"][0]["callback_data"])
        self.assertTrue(told["text"], "the click got no answer")
        self.assertNotEqual(told["text"], "approved")
        self.assertEqual(self.approve(held.id).returncode, 77)
        self.assertEqual(self.state_of(held.id), "cancelled")
        self.assertTrue(path.exists())

    def test_a_rule_that_wants_ssh_takes_no_click(self):
        held = Held(self, f"chmod 700 {self.thing('eight')}")
        wait_for("posted", lambda: any(held.id in m["text"] for m in self.bed.messages()))
        self.assertFalse(next(m for m in self.bed.messages() if held.id in m["text"])["buttons"])
        self.assertEqual(self.approve(held.id).returncode, 0)
        self.assert_says(held.end(), 0, "approved by bob (ssh)")

    def test_the_administrator_is_no_person(self):
        held = Held(self, f"rm -rf {self.thing('nine')}")
        done = self.bed.sallyport("request", "approve", held.id, check=False)
        self.assertEqual(done.returncode, 77)
        self.assertIn("is for people", done.stderr)
        self.bed.sallyport("request", "revoke", held.id)
        self.assert_says(held.end(), 75, "cancelled")

    def test_a_wrong_hash_decides_nothing(self):
        held = Held(self, f"rm -rf {self.thing('ten')}")
        self.assert_says(self.bed.ssh("bob", "bastion", f"approve {held.id} --yes {'0' * 12}"), 77, "nothing was decided")
        self.assertEqual(self.state_of(held.id), "pending")
        held.child.kill()
        held.end()

    # ---- cancelled

    def test_ctrl_c_in_a_terminal_cancels(self):
        path = self.thing("eleven")
        pid, terminal = pty.fork()
        if pid == 0:
            os.execvp("ssh", self.bed.ssh_command("alice", "web1", f"rm -rf {path}", options=["-tt"]))
        seen = b""
        end = time.monotonic() + 20
        while b"Ctrl-C cancels" not in seen and time.monotonic() < end:
            seen += os.read(terminal, 4096)
        os.write(terminal, b"\x03")
        try:
            while True:
                more = os.read(terminal, 4096)
                if not more:
                    break
                seen += more
        except OSError:
            pass
        _, status = os.waitpid(pid, 0)
        self.assertEqual(os.waitstatus_to_exitcode(status), 75, seen)
        self.assertIn(b"cancelled", seen)
        self.assertTrue(path.exists())

    # ---- the policy in force at release wins

    def test_a_deny_that_came_meanwhile_wins_over_the_approval(self):
        path = self.thing("twelve")
        extra = self.bed.folder / "etc/policies/extra.toml"
        before = extra.read_text()
        held = Held(self, f"rm -rf {path}")
        extra.write_text(before + """
[[wall]]
id = "frozen"
text = "For tests: nothing is removed today."
cmd = { name = ["rm"] }
test = [{ as = "alice", on = "web1", exec = "rm x", expect = "deny", rule = "frozen" }]
""")
        try:
            self.bed.sallyport("reload")
            self.approve(held.id)
            self.assert_says(held.end(), 77, "approved by bob (ssh)", f"request {held.id} denied")
            self.assertTrue(path.exists())
            closed = [e for e in self.bed.events("request-closed") if e["request"] == held.id]
            self.assertEqual([e["why"] for e in closed], ["policy now denies it by rule frozen"])
        finally:
            extra.write_text(before)
            self.bed.sallyport("reload")


class Crash(BedCase):
    PEOPLE = ("alice", "bob")

    def restart(self):
        self.bed.stop("sallyport", signal.SIGTERM)
        self.bed.start_sallyport()

    def pid_of(self, name, word=None):
        out = subprocess.run(["pgrep", "-P", str(self.bed.children["sallyport"].pid), "-f", word or name], text=True,
                             capture_output=True).stdout.split()
        return int(out[0])

    def test_kill_9_of_every_program_while_a_request_is_held_releases_nothing(self):
        for name, word in (("sallyportd", "sallyportd --prefix"), ("signer", "sallyport-signer"), ("dial", "egress dial"),
                           ("notify", "egress notify"), ("listen", "sallyport-listen")):
            with self.subTest(name):
                path = self.bed.folder / "targets/web1/srv" / ("crash-" + name)
                path.mkdir(parents=True)
                held = Held(self, f"rm -rf {path}")
                os.kill(self.pid_of(name, word), signal.SIGKILL)
                done = held.end()
                self.assertNotEqual(done.returncode, 0)
                self.bed.children["sallyport"].wait(15)
                self.bed.children.pop("sallyport")
                self.bed.start_sallyport()
                self.assertTrue(path.exists())
                rows = self.bed.sallyport("request", "list", "--all").stdout
                self.assertIn(f"{held.id} cancelled", re.sub(" +", " ", rows))

    def test_a_killed_connection_cancels_its_request(self):
        path = self.bed.folder / "targets/web1/srv/connection"
        path.mkdir(parents=True)
        held = Held(self, f"rm -rf {path}")
        subprocess.run(["pkill", "-KILL", "-P", str(self.pid_of("listen", "sallyport-listen"))], check=True)
        self.assertNotEqual(held.end().returncode, 0)
        wait_for("cancelled", lambda: f"{held.id} cancelled" in re.sub(" +", " ", self.bed.sallyport("request", "list", "--all").stdout))
        self.assertTrue(path.exists())

    def test_what_ran_while_sallyportd_died_is_recovered_and_sealed(self):
        child = subprocess.Popen(self.bed.ssh_command("alice", "dev1", "echo before; sleep 60"), stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.assertEqual(child.stdout.readline(), b"before\n")
        session = next(s for s in self.bed.sessions() if not s["ended"])["session"]
        started = time.monotonic()
        os.kill(self.pid_of("sallyportd", "sallyportd --prefix"), signal.SIGKILL)
        self.assertNotEqual(child.wait(5), 0)
        self.assertLess(time.monotonic() - started, 3)
        child.communicate()
        self.bed.children["sallyport"].wait(15)
        self.bed.children.pop("sallyport")
        self.bed.start_sallyport()
        wait_for("sealed", lambda: any(e["session"] == session for e in self.bed.events("record-sealed")))
        self.bed.sallyport("record", "verify", session)
        self.assertIn("before", self.bed.sallyport("record", "cat", session).stdout)


if __name__ == "__main__":
    unittest.main(verbosity=1)
