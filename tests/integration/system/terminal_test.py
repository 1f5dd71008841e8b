#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A guarded bash in a real terminal, through the stock ssh: lines are judged before the shell sees them."""
import os
import pty
import re
import select
import time
import unittest

from bed_case import BedCase, wait_for


class Terminal:
    def __init__(self, bed, person, host, *options):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm"
            os.execvp("ssh", bed.ssh_command(person, host, options=["-tt", *options]))
        self.seen = self.all = b""

    def read(self, seconds=0.2):
        ready, _, _ = select.select([self.fd], [], [], seconds)
        if not ready:
            return False
        try:
            more = os.read(self.fd, 65536)
        except OSError:
            return None
        self.seen += more
        self.all += more
        return bool(more) or None

    def until(self, text, seconds=20):
        end = time.monotonic() + seconds
        while text.encode() not in self.seen:
            if time.monotonic() > end or self.read() is None:
                raise AssertionError(f"`{text}` did not come: {self.seen[-3000:]!r}")
        at = self.seen.index(text.encode()) + len(text)
        before, self.seen = self.seen[:at], self.seen[at:]
        return before

    def ready(self, seconds=20):
        """The prompt is there and the editor is open: keys between the two are type-ahead, which is not run."""
        before = self.until("READY> ", seconds)
        end = time.monotonic() + 0.4
        while time.monotonic() < end:
            self.read(0.1)
        return before

    def type(self, text):
        os.write(self.fd, text.encode())

    def line(self, text):
        self.type(text + "\r")

    def end(self, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.read() is not None:
            pass
        os.close(self.fd)
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)


class Guarded(BedCase):
    PEOPLE = ("alice", "bob")

    def open(self, host="web1", person="alice"):
        terminal = Terminal(self.bed, person, host)
        # The prompt is made of two pieces, so that its echo is not taken for it.
        terminal.until("\x1b[?2004h", 30)
        time.sleep(0.4)
        terminal.line("PS1='REA''DY> '")
        terminal.ready()
        return terminal

    def test_lines_run_and_keep_their_state(self):
        terminal = self.open()
        terminal.line("cd /tmp; X=$((40 + 2))")
        terminal.ready()
        terminal.line("echo \"at $PWD is $X\"")
        terminal.until("at /tmp is 42")
        terminal.ready()
        terminal.line("exit 7")
        self.assertEqual(terminal.end(), 7)

    def test_a_forbidden_line_never_reaches_the_shell(self):
        terminal = self.open()
        for line in ("cat /etc/shadow", "c''at /etc/shadow | head -1"):
            terminal.line(line)
            terminal.until("denied by rule secret-files")
            terminal.ready()
        terminal.line("echo still he''re")
        terminal.until("still here")
        terminal.ready()
        terminal.line("exit")
        terminal.end()
        self.assertIn(b"still here", terminal.all)
        self.assertNotIn(b"root:", terminal.all)

    def test_what_would_take_the_guard_off_is_refused(self):
        terminal = self.open("dev1")
        for line in ("_sp() { read -r x; }", "exec 10</dev/tty", "enable -n read", "set -o vi"):
            terminal.line(line)
            terminal.until("guard-break")
            terminal.ready()
        terminal.line("exit")
        terminal.end()

    def test_a_held_line_waits_and_runs_in_the_same_shell(self):
        path = self.bed.folder / "targets/web1/srv/line"
        path.mkdir(parents=True)
        terminal = self.open()
        terminal.line(f"rm -rf {path}")
        request = re.search(rb"Request ([0-9A-Z]{6})", terminal.until("Ctrl-C cancels")).group(1).decode()
        self.assertTrue(path.exists())
        shown = self.bed.ssh("bob", "bastion", f"request show {request}").stdout
        code = re.search(r"^hash +(\w+)", shown, re.M).group(1)
        self.assertEqual(self.bed.ssh("bob", "bastion", f"approve {request} --yes {code}").returncode, 0)
        terminal.until("approved by bob")
        wait_for("removed", lambda: not path.exists())
        terminal.ready()
        terminal.line("echo status-$?")
        terminal.until("status-0")
        terminal.ready()
        terminal.line("exit")
        terminal.end()

    def test_continuation_paste_and_ctrl_c(self):
        terminal = self.open()
        terminal.line("for i in a b; do")
        terminal.until("> ")
        terminal.line("echo loop-$i; done")
        terminal.until("loop-b")
        terminal.ready()
        terminal.type("\x1b[200~echo pasted-one\necho pasted-two\x1b[201~")
        time.sleep(0.5)
        terminal.read()
        self.assertNotIn(b"\npasted-one", terminal.seen)
        terminal.line("")
        terminal.until("\r\npasted-two")
        terminal.ready()
        terminal.type("rm -rf /srv/never")
        terminal.type("\x03")
        terminal.ready()
        terminal.line("echo aft''er")
        terminal.until("after")
        terminal.ready()
        terminal.line("exit")
        terminal.end()

    def test_keys_go_raw_to_a_program_and_output_is_masked(self):
        terminal = self.open()
        terminal.line("read -r X")
        time.sleep(1)
        terminal.line("typed")
        terminal.ready()
        terminal.line("echo got-$X")
        terminal.until("got-typed")
        terminal.ready()
        terminal.line(f"cat {self.bed.folder}/targets/web1/srv/app.log")
        terminal.until("AKIA" + "*" * 16)
        terminal.ready()
        terminal.line("exit")
        terminal.end()

    def test_every_line_is_an_event_and_the_record_has_its_markers(self):
        terminal = self.open()
        terminal.line("echo mark''ed")
        terminal.until("marked")
        terminal.ready()
        terminal.line("exit")
        terminal.end()
        session = wait_for("end", lambda: next((s for s in self.bed.sessions() if s["ended"] and s["kind"] == "shell"), None))
        path = self.bed.folder / "var/records" / (session["record"] + ".seal")
        wait_for("seal", path.exists)
        self.bed.sallyport("record", "verify", session["session"])
        commands = [e["command"] for e in self.bed.events("action-released") if e["session"] == session["session"] and "unit" in e]
        self.assertIn("echo mark''ed", commands)
        self.assertIn("echo mark''ed", self.bed.sallyport("record", "export", session["session"]).stdout)


if __name__ == "__main__":
    unittest.main(verbosity=1)
