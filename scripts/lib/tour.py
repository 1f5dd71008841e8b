#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The demo: tour.py tour|--once|--up|--down FOLDER PROGRAMS. Each step shows the command that a person would type, what it
printed, and what had to be seen; one that did not show it makes the exit status 1, Ctrl-C before the end 130."""
import json
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import time

from bed import CHAT, PEOPLE, Bed, BedError, wait_for

KEY = "AKIA" + "QWERTYUIOPASDFGH"


class Tour:
    def __init__(self, bed):
        self.bed = bed
        self.here = os.path.relpath(bed.folder)
        self.failed = []

    def title(self, text):
        print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n== {text}", flush=True)

    def typed(self, person, host, command):
        print(f"{person}$ ssh -F {self.here}/{person}/ssh_config {host} {shlex.quote(command) if command else ''}".rstrip())

    def show(self, text):
        for line in text.rstrip("\n").split("\n"):
            print("    " + line)
        sys.stdout.flush()

    def expect(self, what, holds):
        print(("  ok: " if holds else "  NOT SEEN: ") + what, flush=True)
        if not holds:
            self.failed.append(what)
            for name in ("sallyportd.log", "../targets/web1/log"):
                self.last_lines(self.bed.folder / "log" / name)

    def last_lines(self, log, lines=8):
        log = log.resolve()
        print(f"    last lines of {os.path.relpath(log)}")
        self.show("\n".join(log.read_text(errors="replace").split("\n")[-lines - 1:]) if log.exists() else "(none)")

    def run(self, person, host, command, **options):
        self.typed(person, host, command)
        done = self.bed.ssh(person, host, command, **options)
        self.show(done.stdout + done.stderr)
        return done

    def sallyport(self, *words, check=False):
        print(f"$ sallyport --prefix {self.here} {' '.join(words)}")
        done = self.bed.sallyport(*words, check=check)
        self.show(done.stdout + done.stderr)
        return done

    def all(self):
        self.login()
        self.ordinary()
        self.forbidden()
        self.held()
        self.masked()
        self.terminal()
        self.recorded()
        return not self.failed

    def login(self):
        self.title("1. A login at the OpenID provider gives a short-lived certificate")
        print(f"alice$ ssh -F {self.here}/alice/ssh_config login > id_ed25519-cert.pub")
        self.show(self.bed.login("alice"))
        shown = subprocess.run(["ssh-keygen", "-L", "-f", self.bed.folder / "alice/id_ed25519-cert.pub"], text=True,
                               capture_output=True, check=True).stdout
        self.show("\n".join(line for line in shown.split("\n") if re.search("Key ID|Valid|Principals", line)))
        self.expect("a user certificate for alice", 'Key ID: "alice ' in shown)
        self.expect("the front desk knows her", "dev, ops" in self.run("alice", "bastion", "whoami").stdout)

    def ordinary(self):
        self.title("2. An ordinary command runs on the target, with its own streams and status")
        done = self.run("alice", "web1", "uname -s; exit 3")
        self.expect("output and exit status 3", done.stdout == "Linux\n" and done.returncode == 3)

    def forbidden(self):
        self.title("3. A forbidden one is refused, whatever its spelling")
        for command in ("cat /etc/shadow", "sh -c \"'c'at /etc/sha''dow\""):
            done = self.run("alice", "web1", command)
            self.expect("refused by rule secret-files, exit status 77", done.returncode == 77 and "secret-files" in done.stderr)

    def held(self):
        self.title("4. A risky one waits until somebody else approves it from a chat, then runs in the same session")
        self.bed.link("alice")
        self.bed.link("bob")
        path = self.bed.folder / "targets/web1/srv/old"
        path.mkdir(parents=True, exist_ok=True)
        command = f"rm -rf {path}"
        self.typed("alice", "web1", command)
        child = subprocess.Popen(self.bed.ssh_command("alice", "web1", command), stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = child.stderr.readline()
        self.show(line)
        match = re.search(r"Request ([0-9A-Z]{6})", line)
        self.expect("held by rule prod-destroy", bool(match) and "prod-destroy" in line)
        if not match:
            child.kill()
            return
        request = match.group(1)
        message = wait_for("the message in the chat", lambda: next((m for m in self.bed.messages() if request in m["text"]), None))
        print(f"  in the chat {CHAT}:")
        self.show(message["text"])
        self.expect("nothing has run yet", path.exists())
        print(f"alice$ {self.here}/chat/click {request} approve --as alice      (she asked for it herself)")
        self.show(str(self.bed.click(request, "approve", "alice").get("text", "")))
        self.expect("her own click counts for nothing", path.exists() and child.poll() is None)
        print(f"bob$ {self.here}/chat/click {request} approve --as bob")
        self.bed.click(request, "approve", "bob")
        out, err = child.communicate(timeout=30)
        self.show(out + err)
        self.expect("approved by bob, and it ran", child.returncode == 0 and "approved by bob" in err and not path.exists())
        self.expect("the message in the chat has lost its buttons", bool(wait_for("edit", lambda: not next(
            m for m in self.bed.messages() if request in m["text"])["buttons"])))

    def masked(self):
        self.title("5. A secret in the output is masked, live and in the record")
        done = self.run("alice", "web1", f"cat {self.bed.folder}/targets/web1/srv/app.log")
        self.expect("stars instead of the key", KEY not in done.stdout and "AKIA" + "*" * 16 in done.stdout)

    def terminal(self):
        self.title("6. A terminal: every line is judged before the shell sees it")
        import pty
        self.typed("alice", "web1", "")
        pid, fd = pty.fork()
        if pid == 0:
            os.environ["TERM"] = "xterm"
            os.execvp("ssh", self.bed.ssh_command("alice", "web1", options=["-tt"]))
        seen = b""

        def until(text, seconds=30):
            nonlocal seen
            end = time.monotonic() + seconds
            while text not in seen and time.monotonic() < end:
                try:
                    more = os.read(fd, 4096)
                except OSError:
                    return False
                seen += more
            return text in seen
        until(b"\x1b[?2004h")
        time.sleep(0.5)
        os.write(fd, b"echo $((6 * 7))\r")
        self.expect("an ordinary line runs", until(b"42"))
        time.sleep(0.7)
        os.write(fd, b"cat /etc/shadow\r")
        self.expect("a forbidden line is refused", until(b"denied by rule secret-files"))
        time.sleep(0.7)
        os.write(fd, b"exit\r")
        until(b"closed")
        os.waitpid(pid, 0)
        self.show(re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]", b"", seen).decode(errors="replace").replace("\r", ""))

    def recorded(self):
        self.title("7. Every session is an asciicast that plays and proves itself")
        sessions = self.bed.sessions()
        ended = [s for s in sessions if s["ended"] and s["record"]]
        path = self.bed.folder / "var/records"
        wait_for("seals", lambda: all((path / (s["record"] + ".seal")).exists() for s in ended))
        good = [self.bed.sallyport("record", "verify", s["session"], check=False).returncode == 0 for s in ended]
        self.sallyport("record", "verify", ended[0]["session"])
        self.expect(f"all {len(good)} records of the tour verify", len(good) >= 4 and all(good))
        record = path / (ended[0]["record"] + ".cast.zst")
        whole = record.read_bytes()
        record.write_bytes(whole[:-5] + bytes([whole[-5] ^ 1]) + whole[-4:])
        print("  one byte changed:")
        self.expect("the record is false after one changed byte",
                    self.sallyport("record", "verify", ended[0]["session"]).returncode == 1)
        record.write_bytes(whole)
        print(f"$ zstd -dc {os.path.relpath(record)} | asciinema play -")
        cast = subprocess.run(["zstd", "-dcq", record], capture_output=True, check=True).stdout
        shown = subprocess.run(["asciinema", "play", "-i", "0.01", "-"], input=cast, capture_output=True, timeout=30)
        self.expect("a stock player plays it", shown.returncode == 0)
        self.expect("the event log is a chain", self.sallyport("event", "verify").returncode == 0)


def ours(folder, name, pid):
    """Whether the pid is still the program that the bed of this folder started under this name."""
    try:
        words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return str(folder).encode() in words or (name == "provider" and b"op.mjs" in words)


def running(folder):
    """What a bed in this folder has left running: names and pids, in the order of starting."""
    state = folder / "state.json"
    pids = json.loads(state.read_text())["pids"] if state.exists() else {}
    return {name: pid for name, pid in pids.items() if ours(folder, name, pid)}


def stop(folder, seconds=15.0):
    """Ends what runs and waits for it; gives back the names."""
    pids = running(folder)
    for _, pid in reversed(pids.items()):
        os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + seconds
    while running(folder) and time.monotonic() < end:
        time.sleep(0.05)
    for pid in running(folder).values():
        os.kill(pid, signal.SIGKILL)
    (folder / "state.json").unlink(missing_ok=True)
    return list(pids)


def refuse_second(folder, mode):
    """Before anything is built: one bed at a time lives in the folder. 78 if one runs, or with --down none."""
    names = running(folder)
    if mode == "--down" or not names:
        return 0
    print(f"demo: one runs already in {os.path.relpath(folder)} (pid {names.get('sallyport', 'unknown')}): "
          "scripts/demo --down stops it", file=sys.stderr)
    return 78


def by_hand(bed):
    here = os.path.relpath(bed.folder)
    print(f"""
The targets are sshds of this machine and run as you ({bed.account}): what is approved really runs, on your files.
By hand:
  ssh -F {here}/alice/ssh_config web1                      a guarded terminal
  mkdir -p {here}/x
  ssh -F {here}/alice/ssh_config web1 'rm -rf {bed.folder}/x'   held; then
  {here}/chat/click ID approve --as bob                    or: ssh -tF {here}/bob/ssh_config bastion approve ID
  {here}/chat/click --show                                 what stands in the chat
  ssh -F {here}/alice/ssh_config bastion help              the front desk
  {os.path.relpath(bed.programs)}/sallyport --prefix {here} session list
""", flush=True)


def shown(bed, mode):
    """Starts the bed and does what the mode says; gives back the exit status."""
    print("starting")
    bed.up()
    if mode == "--up":
        for person in PEOPLE:
            bed.link(person)
        by_hand(bed)
        return 0
    tour = Tour(bed)
    good = tour.all()
    print("\nevery step showed what it had to" if good else "\nNOT SEEN: " + "; ".join(tour.failed))
    if mode == "--once":
        return 0 if good else 1
    by_hand(bed)
    print("Ctrl-C ends it.", flush=True)
    try:
        while bed.children["sallyport"].poll() is None:
            time.sleep(0.5)
    except KeyboardInterrupt:
        print()
        return 0 if good else 1
    print(f"demo: sallyport ended, see {bed.folder}/log/run.log", file=sys.stderr)
    return 1


def main():
    if sys.argv[1] == "--free":
        return refuse_second(pathlib.Path(sys.argv[3]).resolve(), sys.argv[2])
    mode, folder, programs = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), sys.argv[3]
    if mode == "--down":
        print("stopped: " + (", ".join(stop(folder)) or "nothing ran"))
        return 0
    bed = Bed(folder, programs, quiet=False)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    stays = False
    try:
        status = shown(bed, mode)
        stays = mode == "--up"
        return status
    except KeyboardInterrupt:
        print("\ndemo: interrupted", file=sys.stderr)
        return 130
    except BedError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    finally:
        if not stays:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave anything running
            bed.down()
            (folder / "state.json").unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
