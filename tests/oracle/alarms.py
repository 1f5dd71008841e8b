#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How much ordinary work is called suspicious: false alarms over command lines that others wrote.

  alarms.py SALLYPORT [--packages NAME,..] [--pypi NAME,..] [--npm NAME,..] [--keep FOLDER]

Run by hand. Takes the examples in manual pages of Debian packages and the command lines in cheat
sheets, all fetched into a temporary folder; nothing of them is kept here. Each line is judged for
an operator on production and for a developer on a development host. Says the shares and the
reasons, first for lines of a single command.
"""
import argparse
import collections
import gzip
import json
import pathlib
import re
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).parents[2]
PACKAGES = """
coreutils findutils grep sed gawk tar gzip bzip2 xz-utils zstd zip unzip curl wget rsync
openssh-client util-linux procps psmisc iproute2 iputils-ping net-tools bind9-dnsutils systemd
git-man jq postgresql-client-15 mariadb-client-core sqlite3 redis-tools apt dpkg e2fsprogs lvm2
parted mdadm tcpdump nmap iptables nftables openssl gnupg strace lsof sysstat cron logrotate socat
netcat-openbsd screen tmux moreutils parallel bsdutils bsdextrautils diffutils patch less file tree
acl attr ethtool fdisk nfs-common dnsutils podman buildah skopeo docker.io rclone restic borgbackup
pv mtr-tiny iperf3 whois hdparm smartmontools dmidecode pciutils usbutils passwd login adduser sudo
at bc xmlstarlet yq ncdu htop iotop sshfs duplicity
""".split()
# What a person would have to replace before the line means anything.
PLACEHOLDER = re.compile(r"<[A-Za-z][^<>|]*>|\[(OPTION|options?|file)|\.\.\.|…|\{\{|^\s*-")
PROMPT = re.compile(r"^(?:\S*[@:~/]\S*)?[$#%] +(?=\S)")
# Reasons that name what nobody can know: a shell for a person, another language, a file.
NEEDED = {"interactive", "editor", "pager", "interpreter", "script-file", "stdin-script",
          "remote-shell", "db-script", "unknown-program"}


def run(*command, folder=None):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace")
    return done.stdout if done.returncode == 0 else ""


def commands_of(text, names):
    """Lines of a rendered text that look like commands of one of `names`, or follow a prompt."""
    for raw in text.splitlines():
        line = raw.strip()
        prompt = PROMPT.match(line)
        line = line[prompt.end():] if prompt else line
        first = line.split(" ")[0].split("/")[-1]
        if first == "sudo":
            first = (line.split(" ") + [""])[1]
        indented = raw.startswith("    ") or bool(prompt)
        prose = re.search(r"[a-z]{3}\.$|[a-z], [a-z]|:$|\b(the|is|are|will|you|that)\b", line)
        if (prompt or first in names) and indented and not prose and not line.endswith("\\"):
            yield line


def examples_of(page):
    """The command lines in the EXAMPLES section of a manual page."""
    if not re.search(rb"^\.S[Hh] +\"?EXAMPLES?\b", gzip.open(page).read(), re.M):
        return []
    text = run("sh", "-c", 'MANWIDTH=200 man --nh --nj -P cat -l "$1" | col -bx', "sh", str(page))
    section = re.search(r"^EXAMPLES?\b.*?$(.*?)(?=^\S|\Z)", text, re.M | re.S)
    name = page.name.split(".")[0]
    return commands_of(section[1], {name, name.split("-")[0]}) if section else []


def from_packages(packages, folder):
    for package in packages:
        target = folder / package
        target.mkdir(parents=True, exist_ok=True)
        if not list(target.glob("*.deb")):
            run("apt-get", "download", package, folder=target)
        for deb in target.glob("*.deb"):
            if not (target / "tree").exists():
                run("dpkg-deb", "-x", str(deb), "tree", folder=target)
        for page in sorted(target.glob("tree/usr/share/man/man[18]/*.gz")):
            yield from examples_of(page)


def from_sheets(root):
    """Cheat sheets: comments, and lines that begin with the name of the sheet."""
    for sheet in sorted(root.rglob("*")):
        if not sheet.is_file() or sheet.suffix not in ("", ".md") or sheet.stat().st_size > 1 << 20:
            continue
        text = sheet.read_text(errors="replace")
        if sheet.suffix == ".md":
            text = "\n".join(re.findall(r"```(?:shell|bash|sh)?\n(.*?)```", text, re.S))
        text = "\n".join("    " + line for line in text.splitlines())
        yield from (re.sub(r"\s+#.*$", "", line) for line in commands_of(text, {sheet.stem}))


def from_registries(pypi, npm, folder):
    for name in pypi:
        target = folder / f"pypi-{name}"
        if not target.exists():
            run(sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:",
                "-d", str(target), name)
        for archive in target.glob("*.tar.gz"):
            run("tar", "xf", archive.name, folder=target)
        yield from from_sheets(target)
    for name in npm:
        target = folder / f"npm-{name}"
        if not target.exists():
            target.mkdir()
            run("npm", "pack", name, folder=target)
        for archive in target.glob("*.tgz"):
            run("tar", "xf", archive.name, folder=target)
        yield from from_sheets(target)


def judge(program, person, target, lines):
    command = [program, "policy", "judge", SOURCE / "policies/starter.toml"]
    done = subprocess.run(
        command + ["--user", person, "--target", target],
        input="".join(json.dumps({"dialect": "bash", "line": line}) + "\n" for line in lines),
        capture_output=True, text=True, check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def share(part, whole):
    return f"{part} of {whole} ({100 * part / max(whole, 1):.1f} %)"


def report(title, lines, prod, dev, show):
    reasons, held, without_need, rules = collections.Counter(), 0, [], collections.Counter()
    for line, answer in zip(lines, prod):
        reasons.update(answer["opaque"])
        only_opaque = answer["verdict"] == "approve" and answer["rules"][:1] == ["prod-opaque"]
        held += only_opaque
        rules[f"{answer['verdict']} {answer['rules'][0]}"] += 1
        if set(answer["opaque"]) - NEEDED:
            without_need.append((line, answer))
    opaque = sum(bool(answer["opaque"]) for answer in prod)
    errors = sum(bool(answer["error"]) for answer in prod)
    print(f"\n{title}: {len(lines)} lines")
    print(f"  no shell: {share(errors, len(lines))}")
    print(f"  opaque: {share(opaque, len(lines))}; not for a reason that lies in the program: "
          f"{share(len(without_need), len(lines))}")
    print(f"  held on production only because of that: {share(held, len(lines))}")
    refused = sum(answer["verdict"] != "allow" for answer in dev)
    print(f"  not allowed on development: {share(refused, len(lines))}")
    print("  reasons: " + ", ".join(f"{name} {count}" for name, count in reasons.most_common()))
    print("  first rule: " + ", ".join(f"{name} {count}" for name, count in rules.most_common(12)))
    unknown = collections.Counter(
        answer["commands"][-1][0] for answer in prod
        if "unknown-program" in answer["opaque"] and answer["commands"])
    print("  unknown: " + ", ".join(f"{name} {count}" for name, count in unknown.most_common(40)))
    for line, answer in without_need[:show]:
        print(f"    {sorted(set(answer['opaque']) - NEEDED)} {line[:140]}")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("sallyport")
    options.add_argument("--packages", default=",".join(PACKAGES))
    options.add_argument("--pypi", default="")
    options.add_argument("--npm", default="linux-command,cheatsheets")
    options.add_argument("--keep", help="a folder for what is fetched, instead of a temporary one")
    options.add_argument("--show", type=int, default=40)
    said = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(said.keep or temporary).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        split = [list(filter(None, text.split(",")))
            for text in (said.packages, said.pypi, said.npm)]
        sources = {"manual pages": from_packages(split[0], folder),
                   "cheat sheets": from_registries(split[1], split[2], folder)}
        for title, found in sources.items():
            lines = sorted({line for line in found if line and not PLACEHOLDER.search(line)})
            prod = judge(said.sallyport, "olga", "web-prod", lines)
            dev = judge(said.sallyport, "dana", "web-dev", lines)
            single = [i for i, answer in enumerate(prod)
                      if len(answer["commands"]) <= 1 and not answer["error"]]
            report(f"{title}, one command a line", [lines[i] for i in single],
                   [prod[i] for i in single], [dev[i] for i in single], said.show)
            report(f"{title}, all", lines, prod, dev, 0)


if __name__ == "__main__":
    main()
