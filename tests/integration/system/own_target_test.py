#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The README's way to the first own target, word for word where it can be: no provider, two persons, one sshd. And what
may go wrong on that way: a second `run`, a program that dies, a filter at the end of a pipe."""
import getpass
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time
import unittest

PROGRAM = pathlib.Path(os.environ["PROGRAMS"]) / "sallyport"
ACCOUNT = getpass.getuser()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class OwnTarget(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory(prefix="sallyport-own-")
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.home = pathlib.Path(cls.scratch.name)
        cls.prefix = cls.home / "sp"
        cls.port, cls.target_port = free_port(), free_port()
        cls.shown_by_init = cls.sallyport("init").stdout
        cls.start_target()
        cls.fill_in()
        cls.checked = cls.sallyport("check")
        cls.trust()
        cls.start()
        cls.addClassCleanup(cls.stop)
        for person, group in (("me", "ops"), ("bob", "sre")):
            cls.issue(person, group)

    @classmethod
    def sallyport(cls, *words, status=0, **options):
        done = subprocess.run([PROGRAM, "--prefix", cls.prefix, *words], text=True, capture_output=True, timeout=60,
                              **options)
        assert status is None or done.returncode == status, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    @classmethod
    def start_target(cls):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", cls.home / "host_key"], check=True)
        (cls.home / "principals").mkdir()
        (cls.home / "sshd_config").write_text(f"""Port {cls.target_port}
ListenAddress 127.0.0.1
HostKey {cls.home}/host_key
PidFile none
TrustedUserCAKeys {cls.home}/ca.pub
AuthorizedPrincipalsFile {cls.home}/principals/%u
StrictModes no
UsePAM no
""")
        if os.geteuid() == 0:
            pathlib.Path("/run/sshd").mkdir(exist_ok=True)
        with open(cls.home / "sshd.log", "wb") as log:
            target = subprocess.Popen(["/usr/sbin/sshd", "-D", "-e", "-f", cls.home / "sshd_config"],
                                      stdin=subprocess.DEVNULL, stderr=log)

        def end():
            target.terminate()
            target.wait()
        cls.addClassCleanup(end)

    @classmethod
    def fill_in(cls):
        """What the editor does in the README: the marks of the example go away, its values are replaced."""
        targets = cls.prefix / "etc/targets.d/targets.toml"
        cls.example = re.sub(r"(?m)^# (\[\[target|[a-z_]+ =)", r"\1", targets.read_text())
        key = " ".join((cls.home / "host_key.pub").read_text().split()[:2])
        filled = (cls.example.replace("port = 22", f"port = {cls.target_port}").replace('"deploy"', f'"{ACCOUNT}"')
                  .replace("ssh-ed25519 AAAA...", key))
        targets.write_text(filled)
        config = cls.prefix / "etc/sallyport.toml"
        config.write_text(config.read_text().replace("127.0.0.1:2222", f"127.0.0.1:{cls.port}"))

    @classmethod
    def trust(cls):
        lines = cls.sallyport("target", "trust-line", "web1").stdout.split("\n")
        (cls.home / "ca.pub").write_text(next(line for line in lines if line.startswith("ssh-")) + "\n")
        (cls.home / "principals" / ACCOUNT).write_text(lines[-2] + "\n")

    @classmethod
    def start(cls):
        cls.run_log = open(cls.home / "run.log", "ab")
        cls.running = subprocess.Popen([PROGRAM, "--prefix", cls.prefix, "run"], stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=cls.run_log, text=True)
        cls.ready = cls.running.stdout.readline()
        assert cls.ready.startswith("ready on "), (cls.home / "run.log").read_text()

    @classmethod
    def stop(cls):
        cls.running.terminate()
        cls.running.wait(20)
        cls.running.stdout.close()
        cls.run_log.close()

    @classmethod
    def issue(cls, person, group):
        key = cls.home / person
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        line = cls.sallyport("ca", "issue", pathlib.Path(str(key) + ".pub").read_text().strip(), "--person", person,
                             "--group", group).stdout
        pathlib.Path(str(key) + "-cert.pub").write_text(line)

    def ssh(self, person, where, *words):
        return ["ssh", "-p", str(self.port), "-F", "none", "-i", self.home / person, "-o", "IdentitiesOnly=yes",
                "-o", "LogLevel=ERROR", "-o", "StrictHostKeyChecking=accept-new", "-o", f"UserKnownHostsFile={self.home}/known_hosts",
                f"{where}@localhost", *words]

    def done(self, command, **options):
        return subprocess.run(command, text=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=60, **options)

    # ---- the way -----------------------------------------------------------------------------------------------------
    def test_init_says_every_next_step_with_the_prefix(self):
        for step in ("targets.toml", f"--prefix {self.prefix} check", "target trust-line", "run", "ca issue"):
            self.assertIn(step, self.shown_by_init)
        self.assertEqual((self.prefix / "etc/secrets").stat().st_mode & 0o777, 0o700)

    def test_check_is_good_and_warns_of_what_is_missing(self):
        self.assertIn("good: 1 targets", self.checked.stdout)
        self.assertIn("warning: there is no [[issuer]]", self.checked.stderr)
        self.assertIn("`sre`", self.checked.stderr)
        self.assertNotIn("allow_addresses", self.checked.stderr)

    def test_the_tests_beside_the_rules_pass_with_the_own_file(self):
        policies = self.prefix / "etc/policies"
        self.sallyport("policy", "test", policies / "starter.toml", policies / "site.toml")

    def test_ready_says_where(self):
        self.assertEqual(self.ready, f"ready on 127.0.0.1:{self.port}, logs in {self.prefix}/log\n")

    def test_an_ordinary_command_runs_by_day_and_by_night(self):
        done = self.done(self.ssh("me", f"{ACCOUNT}@web1", "uname -s"))
        self.assertEqual((done.returncode, done.stdout), (0, "Linux\n"), done.stderr)
        file = self.home / "written"
        done = self.done(self.ssh("me", f"{ACCOUNT}@web1", f"touch {file}"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(file.exists())

    def test_a_held_command_runs_once_the_second_person_approves(self):
        old = self.home / "old"
        old.mkdir()
        held = subprocess.Popen(self.ssh("me", f"{ACCOUNT}@web1", f"rm -r {old}"), stdin=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, text=True)
        self.addCleanup(held.stderr.close)
        self.addCleanup(held.kill)
        line = held.stderr.readline()
        match = re.search(r"held by rule prod-destroy.*Request ([0-9A-Z]{6})", line)
        self.assertTrue(match, line)
        shown = self.done(self.ssh("bob", "bob", "request", "show", match[1])).stdout
        self.assertIn("held by  prod-destroy: needs 1 of group sre", shown)
        self.assertIn("(as configured)", shown)
        digits = re.search(r"hash +(\w+)", shown)[1]
        approved = self.done(self.ssh("bob", "bob", "approve", match[1], "--yes", digits))
        self.assertEqual(approved.returncode, 0, approved.stderr)
        self.assertEqual(held.wait(30), 0, held.stderr.read())
        self.assertFalse(old.exists())

    def test_a_refused_connection_is_an_event_with_its_rules(self):
        self.issue("eve", "auditor")
        done = self.done(self.ssh("eve", f"{ACCOUNT}@web1", "ls"))
        self.assertEqual((done.returncode, done.stderr),
                         (69, "sallyport: target not reachable, or no such target for you\n"))
        events = [json.loads(line) for line in (self.prefix / "log/events.jsonl").read_text().splitlines()]
        refused = [event for event in events if event.get("person") == "eve" and event.get("action") == "connect"]
        self.assertEqual([event["rules"] for event in refused], ["default"])

    def test_a_connection_from_a_wrong_place_is_an_event_with_the_wall(self):
        site = self.prefix / "etc/policies/site.toml"
        before = site.read_text()

        def restore():
            site.write_text(before)
            self.sallyport("reload")
        self.addCleanup(restore)
        site.write_text(before.replace('"127.0.0.0/8", "::1/128"', '"10.20.0.0/16"').replace("127.0.0.1", "10.20.0.1"))
        self.sallyport("reload")
        done = self.done(self.ssh("me", f"{ACCOUNT}@web1", "ls"))
        self.assertEqual((done.returncode, done.stderr),
                         (69, "sallyport: target not reachable, or no such target for you\n"))
        events = [json.loads(line) for line in (self.prefix / "log/events.jsonl").read_text().splitlines()]
        self.assertEqual([event for event in events if event.get("action") == "connect"][-1]["rules"], "prod-network")

    def test_a_target_without_an_account_is_no_person(self):
        done = self.done(self.ssh("me", "web1", "uname"))
        self.assertEqual((done.returncode, done.stderr), (64, f"sallyport: web1 is a target: ssh {ACCOUNT}@web1@bastion\n"))
        self.issue("ina", "auditor")  # who may not reach it does not learn that it exists
        self.assertIn("is no command here", self.done(self.ssh("ina", "web1", "uname")).stderr)

    def test_a_revoked_certificate_is_told_the_next_step(self):
        self.issue("rick", "ops")
        self.assertEqual(self.done(self.ssh("rick", "rick", "whoami")).returncode, 0)
        self.sallyport("login", "revoke", "rick")
        done = self.done(["ssh", "-o", "LogLevel=INFO", *self.ssh("rick", "rick", "whoami")[1:]])
        self.assertEqual(done.returncode, 255)
        self.assertIn("this login was revoked. Next: ssh login@bastion > ~/.ssh/id_ed25519-cert.pub", done.stderr)

    # ---- what may go wrong -------------------------------------------------------------------------------------------
    def test_a_second_run_in_the_same_prefix_leaves_the_first_one_alone(self):
        second = self.sallyport("run", status=78)
        self.assertIn(f"already running (pid {self.running.pid})", second.stderr)
        self.sallyport("session", "list")
        self.sallyport("reload")

    def test_reload_says_what_needs_a_restart_and_warns(self):
        config = self.prefix / "etc/sallyport.toml"
        before = config.read_text()
        self.addCleanup(config.write_text, before)
        config.write_text(before.replace(f":{self.port}\"", f":{free_port()}\""))
        done = self.sallyport("reload")
        self.assertIn("[server] listen has changed: that needs a restart", done.stderr)
        self.assertIn("warning: there is no [[issuer]]", done.stderr)
        self.assertEqual(done.stdout, "reloaded\n")
        config.write_text(before)
        self.assertNotIn("restart", self.sallyport("reload").stderr)

    def test_explain_takes_the_policies_of_the_prefix_and_a_command_as_it_is(self):
        done = self.sallyport("policy", "explain", "rm -rf /srv/x", "--user", "olga", "--target", "web-prod")
        self.assertIn("prod-destroy", done.stdout)
        done = self.sallyport("policy", "explain", "ls", status=None)
        self.assertIn("--user, --group, --origin, --target, --label: not said", done.stderr)

    def test_a_wrong_word_is_named_and_every_verb_can_be_found(self):
        for words, text in ((["bogus"], "`bogus` is no verb"), (["record", "bogus"], "`bogus` is no verb of `sallyport record`"),
                            (["--bogus"], "`--bogus` is no option"), ([], "a verb is missing")):
            self.assertIn(text, self.sallyport(*words, status=64).stderr)
        self.assertIn("session kill SESSION", self.sallyport("session", "--help").stdout)
        self.assertIn("login revoke", self.sallyport("help", "login").stdout)
        self.assertRegex(self.sallyport("--version").stdout, r"^sallyport \d")

    def test_a_filter_at_the_end_of_a_pipe_ends(self):
        done = self.sallyport("mask", input="hello\npassword=hunter2\n")
        self.assertEqual(done.stdout, "hello\npassword=*******\n")

    def test_a_filter_shows_what_is_there_before_its_input_ends(self):
        child = subprocess.Popen([PROGRAM, "--prefix", self.prefix, "mask"], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE)
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.kill)
        child.stdin.write(b"one\n")
        child.stdin.flush()
        self.assertEqual(child.stdout.readline(), b"one\n")
        child.stdin.close()
        self.assertEqual(child.wait(20), 0)


class Endings(unittest.TestCase):
    """A system that cannot start or does not stay says which program, how it ended and which log tells why."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="sallyport-end-")
        self.addCleanup(scratch.cleanup)
        self.prefix = pathlib.Path(scratch.name) / "sp"
        subprocess.run([PROGRAM, "--prefix", self.prefix, "init"], check=True, capture_output=True)
        config = self.prefix / "etc/sallyport.toml"
        self.port = free_port()
        config.write_text(config.read_text().replace("127.0.0.1:2222", f"127.0.0.1:{self.port}"))

    def test_a_program_that_is_killed_is_named_with_its_signal_and_log(self):
        run = subprocess.Popen([PROGRAM, "--prefix", self.prefix, "run"], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        run.stdout.readline()
        children = pathlib.Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
        signer = next(int(pid) for pid in children
                      if b"sallyport-signer" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0])
        os.kill(signer, signal.SIGKILL)
        out, err = run.communicate(timeout=30)
        self.assertEqual(run.returncode, 70, err)
        self.assertIn(f"sallyport-signer was killed by signal 9, see {self.prefix}/log/sallyport-signer.log", err)
        time.sleep(0.2)
        for pid in children:
            self.assertFalse(pathlib.Path(f"/proc/{pid}").exists(), "everything ended")

    def test_an_address_in_use_is_said(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", self.port))
            other.listen()
            done = subprocess.run([PROGRAM, "--prefix", self.prefix, "run"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 69)
        self.assertIn(f"127.0.0.1 port {self.port}: Address already in use", done.stderr)


if __name__ == "__main__":
    unittest.main()
