# SPDX-License-Identifier: Apache-2.0
"""What a person with stock ssh gets through sallyport-connection to a stock sshd: bytes, streams,
statuses, signals, terminals, and flat memory. The fake daemon decides; see its header."""
import hashlib
import json
import os
import pty
import random
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from lab import Lab, free_port

BUILD = os.environ.get("SALLYPORT_BUILD") or sys.argv.pop(1)


def digest(data):
    return hashlib.sha256(data).hexdigest()


class WithLab(unittest.TestCase):
    options = {}

    @classmethod
    def setUpClass(cls):
        cls.lab = Lab(BUILD, **cls.options)

    @classmethod
    def tearDownClass(cls):
        cls.lab.close()


def read_until(descriptor, wanted, seconds=10):
    data, end = b"", time.monotonic() + seconds
    while wanted not in data and time.monotonic() < end:
        if select.select([descriptor], [], [], 0.2)[0]:
            try:
                data += os.read(descriptor, 65536)
            except OSError:
                break
    return data


def terminal(command, environment=None):
    """Starts a command on a terminal of its own; gives the pid and our end of the terminal."""
    pid, descriptor = pty.fork()
    if pid == 0:
        os.environ.update(environment or {})
        os.execvp(command[0], command)
    return pid, descriptor


def memory_kb(pid):
    with open(f"/proc/{pid}/smaps_rollup") as file:
        for line in file:
            if line.startswith("Private_Dirty"):
                return int(line.split()[1])
    return 0


class Exec(WithLab):
    def test_streams_and_status_come_apart(self):
        done = self.lab.run("echo out; echo err >&2; exit 5")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (5, b"out\n", b"err\n"))

    def test_stdin_ends_where_it_ended(self):
        done = self.lab.run("cat; echo end", data=b"abc")
        self.assertEqual(done.stdout, b"abcend\n")

    def test_no_stdin_at_all(self):
        done = self.lab.run("cat; echo end", flags=["-n"])
        self.assertEqual(done.stdout, b"end\n")

    def test_a_command_killed_by_a_signal_is_told_as_one(self):
        done = self.lab.run("kill -TERM $$")
        self.assertEqual(done.returncode, 255)  # OpenSSH's own number for an exit-signal
        self.assertIn(b"", done.stderr)
        self.assertTrue(self.lab.wait_log("ENDED 1 status 0 in 0 out 0 err 0 signal TERM"))

    def test_quotes_and_unicode_arrive_byte_for_byte(self):
        text = "printf '%s' 'a\\b\"c $HOME \u00e4\u20ac'"
        self.assertEqual(self.lab.run(text).stdout, "a\\b\"c $HOME \u00e4\u20ac".encode())

    def test_a_nul_in_the_command_is_not_cut_but_seen(self):
        # stock ssh cannot send one; the raw request is covered in raw_test.py
        done = self.lab.run("echo a\necho b")
        self.assertEqual(done.returncode, 77)

    def test_a_long_command(self):
        text = "x=" + "a" * 60000 + "; echo ${#x}"
        self.assertEqual(self.lab.run(text).stdout, b"60000\n")

    def test_only_a_locale_of_the_environment_reaches_the_target(self):
        done = self.lab.run("echo $SALLY_TEST-$LC_TEST-$LC_TIME-$OTHER", options=["SendEnv=SALLY_TEST LC_TEST LC_TIME"],
                            environment={"SALLY_TEST": "one", "LC_TEST": "two", "LC_TIME": "C.UTF-8", "OTHER": "no"})
        self.assertEqual(done.stdout, b"--C.UTF-8-\n")

    def test_a_subsystem_is_relayed(self):
        process = subprocess.Popen(self.lab.ssh_command(self.lab.account, "-s", "sftp"),
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        process.stdin.write(bytes.fromhex("000000050100000003"))  # SSH_FXP_INIT, version 3
        process.stdin.flush()
        self.assertEqual(process.stdout.read(9)[4:], bytes.fromhex("0200000003"))
        process.stdin.close()
        process.stdout.close()
        self.assertEqual(process.wait(10), 0)

    def test_twenty_at_once(self):
        results = {}

        def one(number):
            results[number] = self.lab.run(f"echo {number}", timeout=60).stdout

        threads = [threading.Thread(target=one, args=(n,)) for n in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(results, {n: f"{n}\n".encode() for n in range(20)})

    def test_several_channels_of_one_connection(self):
        control = self.lab.path("control")
        master = subprocess.Popen(
            self.lab.ssh_command(self.lab.account, options=[f"ControlPath={control}",
                                                            "ControlMaster=yes"])[:-1]
            + ["-N", "127.0.0.1"], stdin=subprocess.DEVNULL)
        try:
            for _ in range(100):
                if os.path.exists(control):
                    break
                time.sleep(0.05)
            running = [subprocess.Popen(
                self.lab.ssh_command(self.lab.account, f"sleep 0.3; echo {n}",
                                     options=[f"ControlPath={control}"]),
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) for n in range(8)]
            for number, process in enumerate(running):
                out, _ = process.communicate(timeout=30)
                self.assertEqual(out, f"{number}\n".encode())
        finally:
            master.terminate()
            master.wait()


class Refusals(WithLab):
    def test_denied_says_why_and_ends_with_77(self):
        done = self.lab.run("deny this")
        self.assertEqual((done.returncode, done.stdout), (77, b""))
        self.assertEqual(done.stderr, b"sallyport: denied by rule fake: no\n")

    def test_goodbye_reaches_the_person(self):
        done = self.lab.run("goodbye")
        self.assertEqual(done.returncode, 75)
        self.assertIn(b"the bastion is going down", done.stderr)

    def test_forwards_are_refused_with_a_reason(self):
        with_port = free_port()
        process = subprocess.Popen(
            self.lab.ssh_command(self.lab.account, "sleep 5",
                                 options=["LogLevel=INFO", f"LocalForward={with_port} 127.0.0.1:1"]),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.lab.wait_port(with_port)
        self.assertTrue(self.lab.wait_log("NOTE channels of type direct-tcpip are not available"))
        _, error = process.communicate(timeout=20)
        self.assertIn(b"sallyport: channels of type direct-tcpip are not available", error)

    def test_remote_forward_is_refused(self):
        done = self.lab.ssh(self.lab.account, "true", options=["ExitOnForwardFailure=yes",
                                                               "RemoteForward=0 127.0.0.1:1"])
        self.assertNotEqual(done.returncode, 0)
        self.assertTrue(self.lab.wait_log("NOTE remote forwarding is not available"))

    def test_agent_forwarding_is_refused_and_the_command_runs(self):
        agent = subprocess.run(["ssh-agent", "-s"], stdout=subprocess.PIPE, check=True).stdout.decode()
        values = dict(part.split("=", 1) for part in agent.replace("\n", ";").split(";")
                      if part.startswith("SSH_A"))
        pid = int(agent.split("SSH_AGENT_PID=")[1].split(";")[0])
        try:
            done = self.lab.run("echo [$SSH_AUTH_SOCK]", flags=["-A"], environment=values)
        finally:
            os.kill(pid, signal.SIGTERM)
        self.assertEqual(done.stdout, b"[]\n")
        self.assertTrue(self.lab.wait_log("NOTE agent forwarding is not available"))

    def test_a_target_with_another_key(self):
        lab = Lab(BUILD)
        try:
            with open(lab.path("foreign.pub")) as file:
                line = file.read()
            # the daemon reads the pin at its start: a second one with a wrong pin
            os.makedirs(lab.path("other"))
            for name in ("host_ed25519", "host_ecdsa", "host_rsa", "uca", "ca.pub"):
                os.link(lab.path(name), lab.path("other/" + name))
            with open(lab.path("other/pin.pub"), "w") as file:
                file.write(line)
            port = free_port()
            lab.start("wrong", [f"{BUILD}/tests/integration/fake_daemon/fake_daemon", lab.connection,
                                lab.path("other"), str(port), str(lab.target_port)])
            lab.wait_port(port)
            with open(lab.path("known_hosts")) as file:
                known = file.read().replace(str(lab.port), str(port))
            with open(lab.path("known_hosts"), "a") as file:
                file.write(known)
            lab.port = port
            done = lab.run("echo must not run")
            self.assertEqual((done.returncode, done.stdout), (76, b""))
        finally:
            lab.close()


class Holding(WithLab):
    def tearDown(self):
        for name in ("approve", "refuse"):
            if os.path.exists(self.lab.path(name)):
                os.remove(self.lab.path(name))

    def decide(self, name):
        with open(self.lab.path(name), "w") as file:
            file.write("now")

    def start(self, command, data=None):
        return subprocess.Popen(self.lab.ssh_command(self.lab.account, command),
                                stdin=subprocess.PIPE if data is not None else subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def test_an_approved_command_runs_in_the_same_session_with_its_stdin(self):
        process = self.start("hold; cat", data=b"")
        process.stdin.write(b"typed before")
        process.stdin.flush()
        self.assertIn(b"held", process.stderr.readline())
        time.sleep(0.3)
        self.assertIsNone(process.poll())
        self.decide("approve")
        process.stdin.write(b" and after")
        process.stdin.close()
        self.assertEqual(process.stdout.read(), b"typed before and after")
        process.wait(10)
        process.stdout.close()
        process.stderr.close()

    def test_a_refused_one_ends_with_77(self):
        process = self.start("hold; echo no")
        self.assertIn(b"held", process.stderr.readline())
        self.decide("refuse")
        out, error = process.communicate(timeout=10)
        self.assertEqual((process.returncode, out), (77, b""))
        self.assertIn(b"denied by bob", error)

    def test_control_c_on_a_terminal_cancels(self):
        pid, tty = terminal(self.lab.ssh_command(self.lab.account, "-tt", "hold")[:-3]
                            + ["-tt", "127.0.0.1", "hold; echo no"])
        read_until(tty, b"held by rule")
        os.write(tty, b"\x03")
        out = read_until(tty, b"cancelled")
        self.assertIn(b"cancelled\r\n", out)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 75)
        os.close(tty)

    def test_closing_the_connection_is_told(self):
        process = self.start("hold; echo no")
        process.stderr.readline()
        process.terminate()
        process.communicate()
        self.assertTrue(self.lab.wait_log("ENDED 2"))

    def test_released_before_the_exchange_is_refused(self):
        done = self.lab.run("early")
        self.assertEqual(done.returncode, 70)


class Terminal(WithLab):
    def run_terminal(self, command):
        return terminal(self.lab.ssh_command(self.lab.account)[:-1] + ["-tt", "127.0.0.1", command],
                        {"TERM": "xterm-256color"})

    def test_size_modes_and_pixels_arrive(self):
        import fcntl
        import struct
        import termios
        pid, tty = pty.fork()
        if pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 121, 800, 600))
            subprocess.run(["stty", "erase", "^H", "-ixon"], check=True)
            os.environ["TERM"] = "xterm-256color"
            command = self.lab.ssh_command(self.lab.account)[:-1] + [
                "-tt", "127.0.0.1",
                "stty -a; echo $TERM; python3 -c 'import fcntl,termios,struct;"
                "print(struct.unpack(\"HHHH\",fcntl.ioctl(0,termios.TIOCGWINSZ,b\"0\"*8)))'; echo end"]
            os.execvp(command[0], command)
        out = read_until(tty, b"end\r\n").decode(errors="replace")
        os.waitpid(pid, 0)
        os.close(tty)
        self.assertIn("erase = ^H", out)
        self.assertIn("-ixon", out)
        self.assertIn("xterm-256color", out)
        self.assertIn("(33, 121, 800, 600)", out)

    def test_a_window_change_arrives(self):
        import fcntl
        import struct
        import termios
        pid, tty = self.run_terminal("trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.1; done")
        read_until(tty, b"ready")
        fcntl.ioctl(tty, termios.TIOCSWINSZ, struct.pack("HHHH", 44, 99, 0, 0))
        os.kill(pid, signal.SIGWINCH)
        self.assertIn(b"44 99", read_until(tty, b"44 99"))
        os.waitpid(pid, 0)
        os.close(tty)

    def test_control_c_reaches_a_running_program(self):
        pid, tty = self.run_terminal("trap 'echo caught; exit 3' INT; echo ready; while :; do sleep 0.1; done")
        read_until(tty, b"ready")
        os.write(tty, b"\x03")
        self.assertIn(b"caught", read_until(tty, b"caught"))
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 3)
        os.close(tty)


class Guarded(WithLab):
    """A shell on a terminal: no line reaches the target's shell before its verdict."""

    def setUp(self):
        self.pid, self.tty = terminal(self.lab.ssh_command(self.lab.account)[:-1]
                                      + ["-tt", "127.0.0.1"], {"TERM": "xterm-256color"})
        self.shown = read_until(self.tty, b"# ", 20)
        self.assertIn(b"#", self.shown)
        time.sleep(0.5)  # the shell waits a moment after its prompt is seen

    def tearDown(self):
        if os.path.exists(self.lab.path("approve")):
            os.remove(self.lab.path("approve"))
        os.close(self.tty)
        try:
            os.kill(self.pid, signal.SIGTERM)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass

    def type(self, text, wanted):
        os.write(self.tty, text.encode() if isinstance(text, str) else text)
        shown = read_until(self.tty, wanted)
        self.assertIn(wanted, shown)
        return shown

    def test_a_line_runs_and_its_status_is_told(self):
        self.type("echo o''ne; (exit 3)\r", b"one")
        self.assertTrue(self.lab.wait_log("UNIT ended 1 status 3"))

    def test_a_denied_line_does_not_run(self):
        path = self.lab.path("denied")
        self.type(f"deny; touch {path}\r", b"denied by rule fake")
        self.type("echo st''ill here\r", b"still here")
        self.assertFalse(os.path.exists(path))

    def test_a_held_line_runs_after_its_approval(self):
        self.type("hold() { :; }; hold; echo r''an\r", b"held by rule fake")
        with open(self.lab.path("approve"), "w") as file:
            file.write("now")
        self.assertIn(b"ran", read_until(self.tty, b"ran"))

    def test_control_c_cancels_a_held_line(self):
        self.type("hold; echo r''an\r", b"held by rule fake")
        self.type(b"\x03", b"cancelled")
        self.assertNotIn(b"ran", self.type("echo ne''xt\r", b"next"))

    def test_lines_are_edited_here(self):
        self.type("echo abX\x7fc\x1b[Dd\r", b"abdc\r\n")

    def test_several_lines_make_one_unit(self):
        self.type("for i in 1 2; do\r", b"> ")
        self.type("echo n''um$i; done\r", b"num2")

    def test_a_program_gets_raw_keys_and_the_new_size(self):
        import fcntl
        import struct
        import termios
        self.type("read -r line; echo got-$line; stty size\r", b"\r\n")
        time.sleep(0.5)
        fcntl.ioctl(self.tty, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 90, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)
        time.sleep(0.3)
        shown = self.type("typed\r", b"40 90")
        self.assertIn(b"got-typed", shown)

    def test_exit_ends_with_its_status(self):
        os.write(self.tty, b"exit 7\r")
        read_until(self.tty, b"never", 3)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1]), 7)

    def test_the_record_has_the_commands(self):
        session = [line.split()[1] for line in self.lab.log().splitlines()
                   if line.startswith("SESSION")][-1]
        shown = self.type("echo mar''ked\r", b"marked")
        if b"# " not in shown.split(b"marked")[-1]:
            read_until(self.tty, b"# ")
        time.sleep(0.5)  # what is typed before the shell waits is text, not a line
        os.write(self.tty, b"exit\r")
        read_until(self.tty, b"never", 3)
        self.assertTrue(self.lab.wait_log("RECORD " + session))
        line = ["RECORD", session]
        cast = subprocess.run(["zstd", "-dcq", self.lab.path(f"records/{line[1]}.cast.zst")],
                              stdout=subprocess.PIPE, check=True).stdout
        marks = [json.loads(line)[2] for line in cast.splitlines()[1:] if json.loads(line)[1] == "m"]
        self.assertIn("echo mar''ked", marks)


class Desk(WithLab):
    def test_text_and_status(self):
        done = self.lab.ssh("alice", "what")
        self.assertEqual((done.returncode, done.stderr),
                         (1, b"sallyport: no such command\nsallyport: try help\n"))
        self.assertEqual(self.lab.ssh("alice", "status 42").returncode, 42)

    def test_input_goes_up_and_its_end_is_no_cancel(self):
        done = self.lab.ssh("alice", "echo", data=b"line one\n" * 10000)
        self.assertEqual((done.returncode, done.stdout), (0, b"line one\n" * 10000))
        self.assertNotIn("CANCEL", self.lab.log().split("INPUT end")[-2].split("ASK")[-1])

    def test_much_text(self):
        self.assertEqual(len(self.lab.ssh("alice", "text 2000").stdout), 2000 * 1024)

    def test_lines_of_a_terminal_and_its_control_c(self):
        pid, tty = terminal(self.lab.ssh_command("alice")[:-1] + ["-tt", "127.0.0.1", "cancel"])
        self.lab.wait_log("pty")
        os.write(tty, b"\x03")
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 75)
        os.close(tty)
        pid, tty = terminal(self.lab.ssh_command("alice")[:-1] + ["-tt", "127.0.0.1", "what"])
        self.assertIn(b"no such command\r\nsallyport: try help\r\n", read_until(tty, b"help\r\n"))
        os.waitpid(pid, 0)
        os.close(tty)


class Bulk(WithLab):
    size = 64 * 1024 * 1024

    def test_up(self):
        data = random.Random(1).randbytes(self.size)
        done = self.lab.run("sha256sum", data=data, timeout=200)
        self.assertEqual(done.stdout.split()[0].decode(), digest(data))

    def test_down(self):
        path = self.lab.path("bulk")
        with open(path, "wb") as file:
            file.write(random.Random(2).randbytes(self.size))
        done = self.lab.run(f"cat {path}", timeout=200)
        with open(path, "rb") as file:
            self.assertEqual(digest(done.stdout), digest(file.read()))
        self.assertEqual(done.returncode, 0)

    def test_both_at_once(self):
        data = random.Random(3).randbytes(self.size)
        done = self.lab.run("cat", data=data, timeout=200)
        self.assertEqual(digest(done.stdout), digest(data))

    def test_both_streams(self):
        done = self.lab.run("head -c 20000000 /dev/zero; head -c 20000000 /dev/zero >&2", timeout=200)
        self.assertEqual((len(done.stdout), len(done.stderr)), (20000000, 20000000))


class BulkWithRekeys(Bulk):
    """Keys renewed every MiB by the client, sshd and both of our sides."""
    options = {"rekey": 1 << 20, "sshd_rekey": "1M"}


class SlowReaders(WithLab):
    def stalled(self, command):
        process = subprocess.Popen(self.lab.ssh_command(self.lab.account, command),
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL)
        self.assertTrue(self.lab.wait_log("RELEASED"))
        return process

    def test_a_person_who_does_not_read_costs_little_memory(self):
        process = self.stalled("yes | head -c 200000000")
        try:
            time.sleep(3)
            self.assertLess(memory_kb(self.lab.connection_pids()[-1]), 12000)
            total = 0
            while piece := process.stdout.read(1 << 20):
                total += len(piece)
            self.assertEqual(total, 200000000)
        finally:
            process.stdin.close()
            process.stdout.close()
            process.wait()

    def test_a_program_that_does_not_read_costs_little_memory(self):
        process = self.stalled("sleep 3; wc -c")
        feeder = threading.Thread(target=lambda: (process.stdin.write(b"x" * 60000000),
                                                  process.stdin.close()))
        feeder.start()
        time.sleep(2)
        self.assertLess(memory_kb(self.lab.connection_pids()[-1]), 12000)
        feeder.join()
        self.assertEqual(process.stdout.read().strip(), b"60000000")
        process.stdout.close()
        process.wait()

    def test_a_desk_text_that_nobody_reads_ends_its_channel(self):
        process = subprocess.Popen(self.lab.ssh_command("alice", "text 20000"),
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL)
        time.sleep(2)
        self.assertLess(memory_kb(self.lab.connection_pids()[-1]), 48000)
        process.stdout.close()
        process.terminate()
        process.wait()


class Clients(WithLab):
    def test_dropbear(self):
        # dropbear has no certificates: its plain key is refused with an answer, not with silence
        key = self.lab.path("dropbear_key")
        subprocess.run(["dropbearkey", "-t", "ed25519", "-f", key], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        done = subprocess.run(["dbclient", "-y", "-y", "-p", str(self.lab.port), "-i", key,
                               "-l", self.lab.account, "127.0.0.1", "echo no"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=20,
                              env={**os.environ, "HOME": self.lab.dir})
        self.assertNotEqual(done.returncode, 0)
        self.assertTrue(self.lab.wait_log("NOTE SSH-2.0-dropbear"))
        self.assertTrue(self.lab.wait_log("LOGIN refused: no certificate"))

    def test_every_key_exchange_and_host_key(self):
        for exchange in ("curve25519-sha256", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384",
                         "ecdh-sha2-nistp521", "diffie-hellman-group16-sha512",
                         "diffie-hellman-group14-sha256"):
            done = self.lab.run("echo ok", options=[f"KexAlgorithms={exchange}"])
            self.assertEqual(done.stdout, b"ok\n", exchange + done.stderr.decode())
        for key in ("ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512", "rsa-sha2-256"):
            done = self.lab.run("echo ok", options=[f"HostKeyAlgorithms={key}"])
            self.assertEqual(done.stdout, b"ok\n", key + done.stderr.decode())

    def test_certificates_of_every_kind(self):
        for kind in ("ecdsa", "rsa"):
            self.lab.person("by_" + kind, kind=kind)
            done = self.lab.run("echo ok", identity="by_" + kind)
            self.assertEqual(done.stdout, b"ok\n", kind + done.stderr.decode())

    def test_certificates_that_let_nobody_in(self):
        self.lab.person("stranger", authority="foreign")
        self.lab.person("late", validity="-2h:-1h")
        for who, why in (("stranger", "foreign-authority"), ("late", "expired")):
            done = self.lab.run("echo no", identity=who)
            self.assertEqual((done.returncode, done.stdout), (255, b""))
            self.assertTrue(self.lab.wait_log("LOGIN refused: " + why))


class BeforeLogin(WithLab):
    def test_a_bad_signature_gets_an_answer(self):
        with Agent(self.lab.path("alice-cert.pub"), self.lab.path("agent")) as agent:
            started = time.monotonic()
            done = self.lab.run("echo no", options=[f"IdentityAgent={agent.path}",
                                                    "IdentityFile=none", "IdentitiesOnly=no"],
                                identity="none", timeout=20)
        self.assertEqual(done.returncode, 255)
        self.assertLess(time.monotonic() - started, 10)
        self.assertIn("LOGIN refused: bad signature", self.lab.log())

    def test_garbage_instead_of_ssh(self):
        import socket
        for data in (b"GET / HTTP/1.0\r\n\r\n", b"x" * 4096, b"SSH-2.0-x\r\n" + b"\xff" * 400,
                     b"SSH-2.0-" + b"y" * 200 + b"\r\n"):
            with socket.create_connection(("127.0.0.1", self.lab.port)) as peer:
                peer.sendall(data)
                peer.settimeout(10)
                try:
                    while peer.recv(4096):
                        pass
                except ConnectionError:
                    pass
        self.assertNotIn("EXIT 0x9f", self.lab.log())  # nobody died of the filter

    @unittest.skipUnless(os.environ.get("SALLYPORT_SLOW"), "takes 35 s: SALLYPORT_SLOW=1")
    def test_a_silent_peer_is_dropped(self):
        import socket
        started = time.monotonic()
        with socket.create_connection(("127.0.0.1", self.lab.port)) as peer:
            peer.settimeout(60)
            while peer.recv(4096):
                pass
        self.assertLess(time.monotonic() - started, 35)
        self.assertGreater(time.monotonic() - started, 25)
        self.assertIn("NOTE no key exchange in time", self.lab.log())


class Agent:
    """An ssh-agent that offers one certificate and signs nonsense."""

    def __init__(self, certificate, path):
        import base64
        import socket
        self.path = path
        with open(certificate) as file:
            self.blob = base64.b64decode(file.read().split()[1])
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(path)
        self.socket.listen()
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.socket.close()
        os.remove(self.path)

    @staticmethod
    def text(data):
        return len(data).to_bytes(4, "big") + data

    def serve(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            with client:
                while head := client.recv(5, 0x100):  # MSG_WAITALL
                    size, kind = int.from_bytes(head[:4], "big"), head[4]
                    if size > 1:
                        client.recv(size - 1, 0x100)
                    if kind == 11:  # identities
                        answer = b"\x0c" + (1).to_bytes(4, "big") + self.text(self.blob) + self.text(b"")
                    elif kind == 13:  # sign
                        answer = b"\x0e" + self.text(self.text(b"ssh-ed25519") + self.text(b"\1" * 64))
                    else:
                        answer = b"\x05"
                    client.sendall(self.text(answer))


class Repairs(WithLab):
    options = {"rekey": 1 << 20, "sshd_rekey": "1M"}

    def test_every_repair_of_the_library_is_still_reached(self):
        # one connection that needs all of them: terminal, resize, rekeys, a refused channel
        pid, tty = terminal(self.lab.ssh_command(
            self.lab.account, options=[f"LocalForward={(port := free_port())} 127.0.0.1:1"])[:-1]
            + ["-tt", "127.0.0.1", "echo ready; sleep 1; head -c 3000000 /dev/zero | tr '\\0' x"],
            {"TERM": "xterm"})
        read_until(tty, b"ready")
        self.lab.wait_port(port)
        reader = threading.Thread(target=lambda: read_until(tty, b"never", 8))
        reader.start()
        os.waitpid(pid, 0)
        reader.join()
        for _ in range(100):  # the laboratory's look whether the port is open is one as well
            if self.lab.log().count("NOTE repairs") == 2:
                break
            time.sleep(0.05)
        line = [line for line in self.lab.log().splitlines() if line.startswith("NOTE repairs")][-1]
        counts = dict(part.split("=") for part in line.split()[2:])
        self.assertEqual(len(counts), 13, line)
        self.assertEqual([name for name, count in counts.items() if int(count) == 0], [], line)
        os.close(tty)


class Records(WithLab):
    options = {"flags": ["rules=" + os.path.join(os.path.dirname(__file__), "mask_rules.toml")]}

    def last_record(self):
        self.assertTrue(self.lab.wait_log("RECORD"))
        line = [line for line in self.lab.log().splitlines() if line.startswith("RECORD")][-1].split()
        path = self.lab.path(f"records/{line[1]}.cast.zst")
        verified = subprocess.run([f"{BUILD}/tests/integration/fake_daemon/fake_daemon", "verify", path],
                                  stdout=subprocess.PIPE)
        self.assertEqual(verified.returncode, 0, verified.stdout)
        self.assertEqual(verified.stdout.decode().split(), line[2:])  # as the connection told
        cast = subprocess.run(["zstd", "-dcq", path], stdout=subprocess.PIPE, check=True).stdout
        return path, [json.loads(line) for line in cast.splitlines()]

    def output(self, events):
        return "".join(event[2] for event in events[1:] if event[1] == "o")

    def test_what_the_person_read_is_what_was_recorded(self):
        done = self.lab.run("seq 1 20000")
        _, events = self.last_record()
        self.assertEqual(self.output(events), done.stdout.decode())
        self.assertEqual(events[0]["version"], 2)
        self.assertEqual([e[2] for e in events[1:] if e[1] == "m"], ["seq 1 20000"])

    def test_a_secret_is_masked_in_both(self):
        done = self.lab.run("echo before; echo AKIAIOSFODNN7QWERTYU; echo after")
        path, events = self.last_record()
        self.assertEqual(done.stdout.splitlines()[0::2], [b"before", b"after"])
        self.assertNotIn(b"IOSFODNN7", done.stdout)
        self.assertNotIn("IOSFODNN7", self.output(events))
        self.assertEqual(self.output(events), done.stdout.decode())
        self.assertIn("MASKED aws-access-key 1", self.lab.log())

    def test_a_changed_byte_is_found(self):
        self.lab.run("seq 1 2000")
        path, _ = self.last_record()
        with open(path, "rb") as file:
            data = bytearray(file.read())
        data[len(data) // 2] ^= 1
        with open(path + ".changed", "wb") as file:
            file.write(data)
        done = subprocess.run([f"{BUILD}/tests/integration/fake_daemon/fake_daemon", "verify",
                               path + ".changed"], stdout=subprocess.PIPE)
        self.assertEqual(done.returncode, 1)

    def test_binary_output_is_passed_on_and_told(self):
        done = self.lab.run("head -c 3000000 /dev/urandom | tee $HOME/.sallyport-lab-bin; "
                            "sha256sum < $HOME/.sallyport-lab-bin >&2; rm $HOME/.sallyport-lab-bin")
        self.assertEqual(digest(done.stdout), done.stderr.split()[0].decode())
        self.assertIn("NOTE stdout is binary", self.lab.log())
        path, _ = self.last_record()
        self.assertLess(os.path.getsize(path), 2500000)  # 1 MiB and the tail, not three

    def test_a_terminal_is_recorded_with_its_size(self):
        pid, tty = terminal(self.lab.ssh_command(self.lab.account)[:-1]
                            + ["-tt", "127.0.0.1", "echo in a terminal"], {"TERM": "xterm"})
        read_until(tty, b"in a terminal")
        os.waitpid(pid, 0)
        os.close(tty)
        self.assertTrue(self.lab.wait_log("RECORD"))
        _, events = self.last_record()
        self.assertIn("in a terminal\r\n", self.output(events))


class FullDisk(WithLab):
    options = {"flags": ["full"]}

    def test_nothing_runs_without_a_record(self):
        done = self.lab.run("touch " + self.lab.path("ran"))
        self.assertEqual(done.returncode, 74)
        self.assertIn(b"the record cannot be written", done.stderr)
        self.assertFalse(os.path.exists(self.lab.path("ran")))


class RefuseBinary(WithLab):
    options = {"flags": ["mask=refuse-binary"]}

    def test_the_first_binary_byte_ends_the_session(self):
        done = self.lab.run("echo text; sleep 0.2; head -c 100000 /dev/zero; sleep 5")
        self.assertEqual((done.returncode, done.stdout), (77, b"text\n"))
        self.assertIn(b"binary output is refused", done.stderr)


class Lies(unittest.TestCase):
    """A connection that has been taken over gains nothing: see lying_connection/main.cpp."""

    def lab(self, lie, **options):
        directory = tempfile.mkdtemp(prefix="sallyport-lie-")
        self.addCleanup(shutil.rmtree, directory)
        with open(f"{directory}/real", "w") as file:
            file.write(f"{BUILD}/src/main/sallyport-connection\n")
        os.symlink(f"{BUILD}/tests/integration/lying_connection/lying_connection",
                   f"{directory}/lie-{lie}")
        lab = Lab(BUILD, connection=f"{directory}/lie-{lie}", **options)
        self.addCleanup(lab.close)
        return lab

    def refused(self, lie, told, command="echo reached", **options):
        lab = self.lab(lie, **options)
        done = lab.run(command, timeout=30)
        self.assertNotIn(b"reached", done.stdout, lab.log())
        self.assertTrue(lab.wait_log(told), lab.log())
        return lab, done

    def test_the_liar_alone_is_no_hindrance(self):
        self.assertEqual(self.lab("nothing").run("echo reached").stdout, b"reached\n")

    def test_another_user(self):
        self.refused("user", "LOGIN refused: bad signature")

    def test_a_session_id_that_the_client_did_not_see(self):
        lab, _ = self.refused("sid", "HOSTSIGN 1")
        self.assertNotIn("LOGIN accepted", lab.log())

    def test_another_host_key(self):
        self.refused("hostkey", "HOSTSIGN refused: not my host key")

    def test_a_second_host_signature_before_the_login(self):
        self.refused("again", "HOSTSIGN refused: second before login", command="deny")

    def test_a_success_of_its_own(self):
        lab = self.lab("success")
        lab.person("stranger", authority="foreign")
        done = lab.run("echo reached", identity="stranger")
        self.assertEqual(done.stdout, b"")
        self.assertTrue(lab.wait_log("ASK before login"), lab.log())
        self.assertTrue(lab.wait_log("KILLED"))

    def test_another_target_key(self):
        self.refused("tkey", "EXCHANGE first UNKNOWN KEY")

    def test_a_false_target_signature(self):
        self.refused("tsig", "EXCHANGE first BAD")

    def test_a_false_signature_in_a_rekey(self):
        lab = self.lab("trekey", rekey=1 << 20, sshd_rekey="1M")
        done = lab.run("head -c 5000000 /dev/zero; echo reached", timeout=30)
        self.assertNotIn(b"reached", done.stdout)
        self.assertTrue(lab.wait_log("EXCHANGE rekey BAD"))

    def test_a_release_before_the_exchange(self):
        self.refused("early", "RELEASE refused")

    def test_another_text_than_the_approved_one(self):
        lab = self.lab("beyond")
        with open(lab.path("approve"), "w") as file:
            file.write("now")
        done = lab.run("hold() { :; }; echo reached")
        self.assertNotIn(b"reached", done.stdout)
        self.assertTrue(lab.wait_log("RELEASE beyond the decision"))

    def test_another_command_at_the_target_runs_the_approved_one(self):
        done = self.lab("tcmd").run("echo approved")
        self.assertEqual(done.stdout, b"approved\n")

    def test_another_account_at_the_target(self):
        lab, done = self.refused("tuser", "ENDED")
        self.assertEqual(done.returncode, 69)
        self.assertNotIn("Accepted publickey for daemon", lab.log("sshd"))


class Unprivileged(WithLab):
    options = {"flags": ["root=no"]}

    def test_it_says_what_is_missing(self):
        self.assertEqual(self.lab.run("echo ok").stdout, b"ok\n")
        self.assertIn("NOTE sandbox without its own root and user", self.lab.log())


if __name__ == "__main__":
    unittest.main(verbosity=2)
