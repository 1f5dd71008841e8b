# SPDX-License-Identifier: Apache-2.0
"""A laboratory for the connection program: throw-away keys, a stock sshd as target on loopback, the
fake daemon, stock ssh as client. Standard library only; everything lives in one temporary directory
and every process that was started here is ended by its own pid."""
import getpass
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

SSHD = shutil.which("sshd") or "/usr/sbin/sshd"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def keygen(path, *more):
    subprocess.run(["ssh-keygen", "-q", "-N", "", "-f", path, *more], check=True,
                   stdin=subprocess.DEVNULL)


class Lab:
    """REQUIRES: build is the build folder that holds both programs."""

    def __init__(self, build, rekey=0, flags=(), connection=None, sshd_rekey=None):
        self.build = build
        self.dir = tempfile.mkdtemp(prefix="sallyport-lab-")
        self.user = getpass.getuser()
        self.account = f"{self.user}@target1"
        self.processes = []
        self.rekey = rekey
        self.connection = connection or f"{build}/src/main/sallyport-connection"
        self.port, self.target_port = free_port(), free_port()
        self._keys()
        self._sshd(sshd_rekey)
        self._daemon(flags)

    def path(self, name):
        return os.path.join(self.dir, name)

    def _keys(self):
        keygen(self.path("host_ed25519"), "-t", "ed25519")
        keygen(self.path("host_ecdsa"), "-t", "ecdsa", "-b", "256")
        keygen(self.path("host_rsa"), "-t", "rsa", "-b", "3072")
        keygen(self.path("uca"), "-t", "ed25519")
        keygen(self.path("ca"), "-t", "ed25519")
        keygen(self.path("foreign"), "-t", "ed25519")
        keygen(self.path("target_host"), "-t", "ed25519")
        shutil.copy(self.path("target_host.pub"), self.path("pin.pub"))
        self.person("alice")
        with open(self.path("known_hosts"), "w") as file:
            for kind in ("ed25519", "ecdsa", "rsa"):
                with open(self.path(f"host_{kind}.pub")) as public:
                    line = public.read().split()
                file.write(f"[127.0.0.1]:{self.port} {line[0]} {line[1]}\n")

    def person(self, name, kind="ed25519", authority="ca", validity="-1m:+1h", principal="alice"):
        bits = ("-b", "3072") if kind == "rsa" else ()
        keygen(self.path(name), "-t", kind, *bits)
        subprocess.run(["ssh-keygen", "-q", "-s", self.path(authority), "-I", name, "-n", principal,
                        "-V", validity, self.path(name + ".pub")], check=True)

    def _sshd(self, rekey):
        with open(self.path("principals"), "w") as file:
            file.write(self.account + "\n")
        with open(self.path("sshd_config"), "w") as file:
            file.write(f"""
Port {self.target_port}
ListenAddress 127.0.0.1
HostKey {self.path("target_host")}
PidFile none
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
StrictModes no
TrustedUserCAKeys {self.path("uca.pub")}
AuthorizedPrincipalsFile {self.path("principals")}
AuthorizedKeysFile {self.path("authorized_keys")}
AcceptEnv LANG LC_* SALLY_TEST
MaxStartups 200:30:400
MaxSessions 100
Subsystem sftp internal-sftp
""" + (f"RekeyLimit {rekey}\n" if rekey else ""))
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)
        shutil.copy(self.path("alice.pub"), self.path("authorized_keys"))
        self.start("sshd", [SSHD, "-f", self.path("sshd_config"), "-D", "-e"])
        self.wait_port(self.target_port)

    def _daemon(self, flags):
        command = [f"{self.build}/tests/integration/fake_daemon/fake_daemon", self.connection,
                   self.dir, str(self.port), str(self.target_port), *flags]
        if self.rekey:
            command.append(f"rekey={self.rekey}")
        self.start("daemon", command)
        self.wait_port(self.port)

    def start(self, name, command, **options):
        with open(self.path(name + ".log"), "ab") as out:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                       **options)
        self.processes.append(process)
        return process

    def wait_port(self, port):
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"nothing listens on {port}: {self.log('sshd')} {self.log('daemon')}")

    def log(self, name="daemon"):
        with open(self.path(name + ".log"), errors="replace") as file:
            return file.read()

    def wait_log(self, text, seconds=5.0, name="daemon"):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if text in self.log(name):
                return True
            time.sleep(0.02)
        return False

    def ssh_command(self, user, *arguments, identity="alice", options=()):
        """The first value of an option wins in ssh: `options` come first."""
        settings = [*options, f"UserKnownHostsFile={self.path('known_hosts')}",
                    "GlobalKnownHostsFile=/dev/null", "StrictHostKeyChecking=yes",
                    "IdentitiesOnly=yes", f"IdentityFile={self.path(identity)}",
                    "PreferredAuthentications=publickey", "LogLevel=ERROR", "BatchMode=yes"]
        if self.rekey:
            settings.append("RekeyLimit=1M")
        command = ["ssh", "-F", "none", "-p", str(self.port), "-l", user]
        for setting in settings:
            command += ["-o", setting]
        return command + ["127.0.0.1", *arguments]

    def ssh(self, user, *arguments, identity="alice", options=(), data=b"", timeout=60, flags=(),
            environment=None):
        command = self.ssh_command(user, *arguments, identity=identity, options=options)
        command[1:1] = list(flags)
        env = {k: v for k, v in os.environ.items() if not k.startswith("SSH_")}
        env.update(environment or {})
        return subprocess.run(command, input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=timeout, env=env)

    def run(self, *arguments, **options):
        return self.ssh(self.account, *arguments, **options)

    def connection_pids(self):
        return [int(line.split()[1]) for line in self.log().splitlines()
                if line.startswith("CONNECTION ")]

    def close(self):
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        log = self.log()
        shutil.rmtree(self.dir, ignore_errors=True)
        if "Sanitizer" in log or "runtime error" in log:  # the programs' stderr
            raise AssertionError(log)
