#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What Sallyport costs, beside `ssh -J` through a stock sshd in the same minute: bench.py [options] [PROGRAMS].

Everything is on: the shipped mask rules, the record, the policy, the sandbox. Both ways go over the same number of
hops with the same cipher on each; the two take turns, and the median counts. Trust the ratios, not the numbers. It
asserts nothing: no test may depend on how busy a machine is. docs/BENCH.md says how to read the table.
"""
import argparse
import hashlib
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts/lib"))
from bed import Bed, free_port, wait_for  # noqa: E402

CIPHERS = {"gcm": "aes256-gcm@openssh.com", "default": "chacha20-poly1305@openssh.com"}
LOG_WORDS = ("session opened for user root connection from port started failed service kernel device timeout accepted "
             "cache request GET 200 status disk mounted").split()


class BenchBed(Bed):
    """The bed with one cipher everywhere, and beside it a stock jump host and a stock target."""

    def __init__(self, folder, programs, cipher, rekey=False):
        super().__init__(folder, programs)
        self.options = ["-o", f"Ciphers={cipher}", "-o", "LogLevel=ERROR"]
        self.server_lines = "max_connections_per_address = 400\n"
        self.sshd_lines = f"Ciphers {cipher}\n"
        if rekey:
            self.options += ["-o", "RekeyLimit=1M"]
            self.sshd_lines += "RekeyLimit 1M\n"
            self.server_lines += f"rekey_bytes = {1 << 20}\n"

    def start_target(self, name, env, extra=""):
        super().start_target(name, env, extra + self.sshd_lines)

    def configure(self, extra_config, extra_policy):
        super().configure(extra_config, extra_policy)
        file = self.folder / "etc/sallyport.toml"
        file.write_text(file.read_text().replace("[server]\n", "[server]\n" + self.server_lines, 1))

    def start_stock(self):
        home = self.folder / "stock"
        home.mkdir()
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", home / "key"], check=True)
        known = ""
        for name in ("jump", "far"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", home / f"{name}_host"], check=True)
            port = self.ports[name] = free_port()
            (home / f"{name}.conf").write_text(f"""Port {port}
ListenAddress 127.0.0.1
HostKey {home}/{name}_host
PidFile none
AuthorizedKeysFile {home}/key.pub
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PermitRootLogin prohibit-password
MaxStartups 400
MaxSessions 400
{self.sshd_lines}""")
            self.spawn(name, ["/usr/sbin/sshd", "-D", "-e", "-f", home / f"{name}.conf"], home / f"{name}.log")
            wait_for(f"sshd {name}", lambda: self.answers(port))
            key = " ".join((home / f"{name}_host.pub").read_text().split()[:2])
            known += f"[127.0.0.1]:{port} {key}\n"
        (home / "known_hosts").write_text(known)
        hosts = "".join(f"Host {name}\n  Port {self.ports[name]}\n" for name in ("jump", "far"))
        settings = "  ".join(word + "\n" for word in self.options if word != "-o")
        (home / "ssh_config").write_text(f"""{hosts}Host far
  ProxyJump jump
Host *
  HostName 127.0.0.1
  User {self.account}
  IdentityFile {home}/key
  IdentitiesOnly yes
  UserKnownHostsFile {home}/known_hosts
  GlobalKnownHostsFile /dev/null
  ControlPath none
  {settings}""")

    def through(self, way, *words):
        if way == "sallyport":
            return self.ssh_command("alice", "dev1", *words, options=self.options)
        return ["ssh", "-F", str(self.folder / "stock/ssh_config"), "far", *words]


def log_text(size):
    noise = random.Random(1)
    lines = []
    length = 0
    while length < min(size, 4_000_000):
        words = " ".join(noise.choice(LOG_WORDS) for _ in range(9))
        lines.append(f"Mar 14 09:{noise.randrange(60):02}:07 web{noise.randrange(9)} sshd[{noise.randrange(30000)}]: "
                     f"{words}\n")
        length += len(lines[-1])
    return "".join(lines).encode()


def make_files(folder, size):
    folder.mkdir(exist_ok=True)
    block = log_text(size)
    for name, make in (("log", lambda: block), ("random", lambda: os.urandom(4_000_000))):
        with open(folder / name, "wb") as file:
            while file.tell() < size:
                file.write(make()[:size - file.tell()])


def seconds(command, source=None):
    with open(source or "/dev/null", "rb") as stdin:
        start = time.monotonic()
        done = subprocess.run(command, stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)}: status {done.returncode}: {done.stderr.decode()}")
        return time.monotonic() - start


def sealing():
    """A record is verified and sealed after its session: the next measurement waits for that."""
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and b"--seal" in (entry / "cmdline").read_bytes().split(b"\0"):
                return True
        except OSError:
            continue
    return False


def in_turns(runs, measure):
    """The medians of both ways, which take turns, and of the processor's seconds of all processes."""
    taken = {"stock": [], "sallyport": []}
    used = {"stock": [], "sallyport": []}
    for _ in range(runs):
        for way, values in taken.items():
            wait_for("the seal of the last record", lambda: not sealing(), 120)
            before = processor_seconds()
            values.append(measure(way))
            time.sleep(0.1)
            used[way].append(processor_seconds() - before)
    return tuple(statistics.median(values) for values in (*taken.values(), *used.values()))


def row(what, stock, sallyport, ratio, unit):
    print(f"| {what:<28} | {stock:>10.3f} | {sallyport:>10.3f} | {ratio:>6.2f} | {unit} |", flush=True)


def measure_true(bed, runs):
    stock, sallyport, _, _ = in_turns(runs, lambda way: seconds(bed.through(way, "true")))
    row("ssh HOST true", stock, sallyport, sallyport / stock, "s, less is better")
    return {"stock": stock, "sallyport": sallyport}


def measure_bulk(bed, runs, size, start, files):
    make_files(bed.folder / "data", size)
    for kind in files:
        path = str(bed.folder / "data" / kind)
        for direction in ("down", "up"):
            def speed(way):
                if direction == "down":
                    taken = seconds(bed.through(way, f"cat {path}"))
                else:
                    taken = seconds(bed.through(way, "cat > /dev/null"), path)
                return size / 1e6 / max(0.001, taken - start[way])
            stock, sallyport, *used = in_turns(runs, speed)
            row(f"bulk {direction}, {kind}", stock, sallyport, sallyport / stock, "MB/s, more is better")
            stock, sallyport = (spent * 1e9 / size for spent in used)
            row("  processor, all processes", stock, sallyport, sallyport / stock, "ns a byte, less is better")


def children_of(root):
    """The pids below `root`, itself included."""
    parents = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
    family = {root}
    while True:
        more = {pid for pid, parent in parents.items() if parent in family} - family
        if not more:
            return family
        family |= more


def processor_seconds():
    """What all processes below this one have used, those that ended included."""
    ticks = 0
    for pid in children_of(os.getpid()):
        try:
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        ticks += sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def pss(root):
    total = 0
    for pid in children_of(root):
        try:
            text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total += next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)
    return total / 1024


def idle_sessions(bed, way, sessions, wanted, mark):
    while len(sessions) < wanted:
        child = subprocess.Popen(bed.through(way, "echo up; sleep 600"), stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        sessions.append(child)
        if child.stdout.readline() != b"up\n":
            sys.exit(f"{mark}: session {len(sessions)} did not start: {child.stderr.read().decode()}")


def measure_memory(bed, few=50, many=100):
    slopes = {}
    for way, name in (("stock", "jump"), ("sallyport", "sallyport")):
        sessions, at = [], {}
        try:
            for wanted in (few, many):
                idle_sessions(bed, way, sessions, wanted, way)
                time.sleep(3)
                at[wanted] = pss(bed.children[name].pid)
        finally:
            for child in sessions:
                child.kill()
                child.wait()
        slopes[way] = (at[many] - at[few]) / (many - few)
    row(f"PSS, {few} to {many} sessions", slopes["stock"], slopes["sallyport"], slopes["sallyport"] / slopes["stock"],
        "MB a session, less is better")


def watched(bed, work):
    """Runs `work` and gives its result with the lowest and highest PSS of Sallyport meanwhile."""
    seen = []
    over = threading.Event()

    def watch():
        while not over.wait(0.5):
            seen.append(pss(bed.children["sallyport"].pid))
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        result = work()
    finally:
        over.set()
        watcher.join()
    return result, min(seen, default=0), max(seen, default=0)


def hash_down(command):
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    digest = hashlib.sha256()
    while piece := child.stdout.read(1 << 18):
        digest.update(piece)
    return digest.hexdigest() if child.wait() == 0 else f"status {child.returncode}"


def hash_up(command, path):
    with open(path, "rb") as stdin:
        done = subprocess.run(command, stdin=stdin, capture_output=True, text=True)
    return done.stdout.split()[0] if done.returncode == 0 and done.stdout else f"status {done.returncode}"


def gigabyte(bed, size=1_000_000_000):
    """One gigabyte each way with a new key after every megabyte: same hash, flat memory.

    Nothing waits for a seal here: its memory counts as everybody's.
    """
    make_files(bed.folder / "data", size)
    good = True
    for kind in ("log", "random"):
        path = bed.folder / "data" / kind
        with open(path, "rb") as file:
            expected = hashlib.sha256()
            while piece := file.read(1 << 20):
                expected.update(piece)
        for direction in ("down", "up"):
            start = time.monotonic()
            if direction == "down":
                got, low, high = watched(bed, lambda: hash_down(bed.through("sallyport", f"cat {path}")))
            else:
                got, low, high = watched(bed, lambda: hash_up(bed.through("sallyport", "sha256sum"), path))
            same = got == expected.hexdigest()
            good = good and same
            print(f"| {kind:<6} {direction:<4} | {'equal' if same else 'DIFFERENT: ' + got} | "
                  f"{low:.1f} to {high:.1f} MB PSS of all processes | {size / 1e6 / (time.monotonic() - start):.0f} MB/s |",
                  flush=True)
    return good


def mask_alone(programs):
    build = programs.parents[1]
    binary = build / "tests/bench/mask_bench"
    subprocess.run(["ninja", "-C", build, "tests/bench/mask_bench"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([binary, ROOT / "policies/mask/rules.toml"], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("programs", nargs="?", default=ROOT / "build/release/src/main", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=5, help="of each measurement (5)")
    parser.add_argument("--megabytes", type=int, default=200, help="of a bulk transfer (200)")
    parser.add_argument("--cipher", choices=[*CIPHERS, "both"], default="both")
    parser.add_argument("--only", choices=["true", "bulk", "memory", "mask"], action="append")
    parser.add_argument("--file", choices=["log", "random"], action="append", help="of the bulk transfers (both)")
    parser.add_argument("--gigabyte", action="store_true", help="1 GB both ways with RekeyLimit=1M instead of the table")
    options = parser.parse_args()
    wants = set(options.only or ["true", "bulk", "memory", "mask"])
    ciphers = list(CIPHERS) if options.cipher == "both" else [options.cipher]
    programs = options.programs.resolve()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sallyport-bench-"))
    good = True
    try:
        for cipher in ciphers if wants - {"mask"} or options.gigabyte else []:
            bed = BenchBed(folder / cipher, programs, CIPHERS[cipher], rekey=options.gigabyte)
            try:
                bed.up(people=("alice",))
                print(f"\n{CIPHERS[cipher]} on all hops\n")
                if options.gigabyte:
                    good = gigabyte(bed) and good
                    continue
                bed.start_stock()
                print("|                              |     ssh -J |  sallyport |  ratio | unit |\n|---|---|---|---|---|")
                start = measure_true(bed, max(3, options.runs))
                if "bulk" in wants:
                    measure_bulk(bed, options.runs, options.megabytes * 1_000_000, start, options.file or ["log", "random"])
                if "memory" in wants and cipher == ciphers[0]:
                    measure_memory(bed)
            finally:
                bed.down()
        if "mask" in wants and not options.gigabyte:
            print("\nmasking alone\n", flush=True)
            mask_alone(programs)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
