#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who gets in: logins at a real provider, certificates that are not right, revocation, peers that say nothing."""
import os
import socket
import subprocess
import sys
import time
import unittest

from bed_case import ROOT, BedCase, wait_for


class Identity(BedCase):
    PEOPLE = ("alice", "bob")

    def keygen(self, *words):
        subprocess.run(["ssh-keygen", "-q", *[str(word) for word in words]], check=True, capture_output=True)

    def stranger(self, name):
        """A person's folder with a key and no certificate yet."""
        if not (self.bed.folder / name).exists():
            self.bed.make_person(name, login=False)
        return self.bed.folder / name

    def certify(self, name, ca, *options):
        home = self.stranger(name)
        for old in home.glob("*-cert.pub"):
            old.unlink()
        self.keygen("-s", ca, "-I", "test", *options, home / "id_ed25519.pub")

    def refused(self, name, host="dev1"):
        done = self.bed.ssh(name, host, "echo ran", options=["-o", "BatchMode=yes"])
        self.assertEqual(done.returncode, 255, done.stdout + done.stderr)
        self.assertNotIn("ran", done.stdout)
        return done.stderr

    def test_a_login_gives_a_certificate_for_this_key_and_eight_hours_at_most(self):
        shown = subprocess.run(["ssh-keygen", "-L", "-f", self.bed.folder / "alice/id_ed25519-cert.pub"], text=True,
                               capture_output=True, check=True).stdout
        self.assertIn("user certificate", shown)
        self.assertIn('Key ID: "alice login=', shown)
        self.assertIn("Principals: \n                alice\n", shown)
        self.assertIn("via=oidc:demo", shown)
        rows = self.bed.sallyport("--json", "login", "list").stdout
        self.assertIn('"person":"alice"', rows)

    def test_the_front_desk_knows_me(self):
        shown = self.bed.ssh("alice", "bastion", "whoami").stdout
        self.assertIn("alice (human)\ngroups  dev, ops", shown)
        self.assertIn("web1", self.bed.ssh("alice", "bastion", "targets").stdout)

    def test_certificates_of_a_foreign_ca_and_of_the_wrong_kind_are_refused(self):
        foreign = self.bed.folder / "foreign_ca"
        if not foreign.exists():
            self.keygen("-t", "ed25519", "-N", "", "-f", foreign)
        user_ca = self.bed.folder / "var/keys/user_ca"
        rows = [
            ("foreign", foreign, ["-n", "alice"], "signed by an authority that is not trusted here"),
            ("expired", user_ca, ["-n", "alice", "-V", "20200101:20200102"], "the certificate expired at 2020-01-02"),
            ("future", user_ca, ["-n", "alice", "-V", "20900101:20900102"], "is not valid before 2090-01-01"),
            # The stock client does not offer it; that it would be refused is a unit test of `cert`.
            ("hostkind", user_ca, ["-h", "-n", "alice"], "Permission denied"),
            ("nobody", user_ca, [], "must name exactly one principal, it names 0"),
            ("two", user_ca, ["-n", "alice,bob"], "must name exactly one principal, it names 2"),
            ("forced", user_ca, ["-n", "alice", "-O", "force-command=id"], "critical option `force-command`"),
            ("address", user_ca, ["-n", "alice", "-O", "source-address=192.0.2.0/24"], "may not be used from 127.0.0.1"),
            ("unknown", user_ca, ["-n", "alice", "-z", "12345"], "no login has this certificate's serial"),
        ]
        for name, ca, options, reason in rows:
            with self.subTest(name):
                self.certify(name, ca, *options)
                self.assertIn(reason, self.refused(name))

    def test_a_certificate_with_anothers_serial_is_refused(self):
        shown = subprocess.run(["ssh-keygen", "-L", "-f", self.bed.folder / "alice/id_ed25519-cert.pub"], text=True,
                               capture_output=True, check=True).stdout
        serial = next(line.split()[1] for line in shown.splitlines() if "Serial:" in line)
        self.certify("thief", self.bed.folder / "var/keys/user_ca", "-n", "alice", "-z", serial)
        self.assertIn("for another key", self.refused("thief"))

    def test_a_plain_key_gets_the_way_to_a_login(self):
        self.stranger("plain")
        self.refused("plain")
        done = self.bed.ssh("plain", "login", "config")
        self.assertIn("Match host bastion exec", done.stdout)

    def test_issued_without_a_login_and_revoked_it_ends_the_live_session(self):
        home = self.stranger("dave")
        line = (home / "id_ed25519.pub").read_text().strip()
        certificate = self.bed.sallyport("ca", "issue", line, "--person", "dave", "--group", "dev", "--for", "1h").stdout
        (home / "id_ed25519-cert.pub").write_text(certificate)
        self.assertEqual(self.bed.ssh("dave", "dev1", "echo ran").stdout, "ran\n")
        child = subprocess.Popen(self.bed.ssh_command("dave", "dev1", "sleep 60"), stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        wait_for("live", lambda: any(s["person"] == "dave" and not s["ended"] for s in self.bed.sessions()))
        self.assertIn("1 logins revoked", self.bed.sallyport("login", "revoke", "dave").stdout)
        self.assertNotEqual(child.wait(10), 0)
        child.communicate()
        self.assertIn("revoked", self.refused("dave"))

    def begin_login(self, person):
        """The login that waits for its page, and what the page needs: its address and the code."""
        self.stranger(person)
        child = subprocess.Popen(self.bed.ssh_command(person, "login"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True)
        shown = []
        while not any("the code " in line for line in shown):
            shown.append(child.stderr.readline())
            self.assertTrue(shown[-1], shown)
        url = next(line.split(" open ")[1].strip() for line in shown if " open " in line)
        code = next(line.split("the code ")[1].split()[0] for line in shown if "the code " in line)
        return child, url, code

    def answer_page(self, url, code, answer):
        subprocess.run([sys.executable, ROOT / "tests/provider/approve.py", url, code, "alice", answer], capture_output=True,
                       check=answer == "yes")

    def test_a_denied_login_gives_nothing(self):
        child, url, code = self.begin_login("erin")
        self.answer_page(url, code, "no")
        out, err = child.communicate(timeout=60)
        self.assertEqual((child.returncode, out), (77, ""), err)

    def test_a_login_that_was_interrupted_gives_nothing_even_if_the_page_is_answered(self):
        def logins():
            return len(self.bed.sallyport("--json", "login", "list", "--all").stdout.splitlines())
        before = logins()
        self.assertGreater(before, 0)
        child, url, code = self.begin_login("frank")
        child.kill()
        self.assertEqual(child.communicate(timeout=20)[0], "")
        self.answer_page(url, code, "yes")
        time.sleep(6)  # longer than the provider's interval between two questions
        self.assertEqual(logins(), before)

    def test_silent_and_slow_peers_hold_nothing_up(self):
        silent = [socket.create_connection(("127.0.0.1", self.bed.ports["bastion"])) for _ in range(10)]
        try:
            started = time.monotonic()
            self.assertEqual(self.bed.ssh("alice", "dev1", "echo ran").stdout, "ran\n")
            self.assertLess(time.monotonic() - started, 20)
            garbage = socket.create_connection(("127.0.0.1", self.bed.ports["bastion"]))
            garbage.sendall(b"GET / HTTP/1.1\r\n\r\n" * 100)
            garbage.settimeout(10)
            try:
                while garbage.recv(4096):
                    pass
            except ConnectionError:
                pass  # reset is an end too
            garbage.close()
            self.assertEqual(self.bed.ssh("alice", "dev1", "echo ran").stdout, "ran\n")
        finally:
            for peer in silent:
                peer.close()

    def test_a_target_credential_is_no_use_elsewhere(self):
        """What the signer made for web1 is refused by dev1: another principal."""
        principals = (self.bed.folder / "targets/dev1/principals" / self.bed.account).read_text()
        self.assertEqual(principals, f"{self.bed.account}@dev1\n")
        path = self.bed.folder / "etc/targets.d/targets.toml"
        good = path.read_text()
        # The bastion is made to dial dev1 for web1, with dev1's own key pinned: only the principal is left to refuse.
        web_port, dev_port = self.bed.ports["web1"], self.bed.ports["dev1"]
        web_key = (self.bed.folder / "targets/web1/host_key.pub").read_text().split()[1]
        dev_key = (self.bed.folder / "targets/dev1/host_key.pub").read_text().split()[1]
        path.write_text(good.replace(f"port = {web_port}", f"port = {dev_port}").replace(web_key, dev_key))
        try:
            self.bed.sallyport("reload")
            done = self.bed.ssh("alice", "web1", "echo ran")
            self.assertNotEqual(done.returncode, 0)
            self.assertNotIn("ran", done.stdout)
        finally:
            path.write_text(good)
            self.bed.sallyport("reload")

    def test_every_connection_program_is_confined_and_has_no_file_of_ours_open(self):
        child = subprocess.Popen(self.bed.ssh_command("alice", "dev1", "sleep 5"), stdin=subprocess.DEVNULL)
        try:
            wait_for("live", lambda: any(not s["ended"] for s in self.bed.sessions()))
            found = 0
            for pid in filter(str.isdigit, os.listdir("/proc")):
                try:
                    if not os.readlink(f"/proc/{pid}/exe").endswith("/sallyport-connection"):
                        continue
                    with open(f"/proc/{pid}/status") as status:
                        text = status.read()
                    files = [os.readlink(f"/proc/{pid}/fd/{number}") for number in os.listdir(f"/proc/{pid}/fd")]
                except OSError:
                    continue
                found += 1
                of_ours = [name for name in files if name.startswith(str(self.bed.folder) + "/")]
                self.assertEqual([name for name in of_ours if "/var/records/" not in name and "/log/" not in name], [])
                self.assertIn("Seccomp:\t2", text)
                self.assertIn("NoNewPrivs:\t1", text)
            self.assertGreater(found, 0)
        finally:
            child.kill()
            child.wait()


if __name__ == "__main__":
    unittest.main(verbosity=1)
