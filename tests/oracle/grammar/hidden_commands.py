#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Texts in which a command may hide behind a quote: does the parser see each command that a shell runs?

    hidden_commands.py STATES [--shell bash|dash|ash|zsh]... [--most N] [--seed N]

A quote opens in one construct (`"${a:-`, `$((`, a here-document ...) and may or may not close there; behind it stands
`echo RAN`. Where the parser takes a text apart and sees no such command, the real shell runs it, as nobody, without any
program in its PATH and in an empty folder: if it prints RAN, the command was hidden. Exit 0 only if none was. By hand:
all of it takes some minutes."""
import argparse
import concurrent.futures
import itertools
import os
import random
import subprocess
import sys
import tempfile

from agreement import NOBODY, Parser

SHELLS = {"bash": ["/bin/bash", "--norc"], "dash": ["/bin/dash"], "ash": ["/bin/busybox", "sh"], "zsh": ["/bin/zsh", "-f"]}
EXPANSIONS = [("${a:-", "}"), ("${a-", "}"), ("${a:=", "}"), ("${a+", "}"), ("${a#", "}"), ("${a%%", "}"), ("${a/", "}"),
              ("${a/x/", "}"), ("${a//", "}"), ("${a:", "}"), ("${a:1:", "}"), ("${a^", "}"), ("${a[", "]}"), ("${#a[", "]}"),
              ("${a@", "}"), ("${!a", "}"), ("$((", "))"), ("$[", "]"), ("$(", "`)"), ("`", "`"), ("${a?", "}"), ("${a:+", "}"),
              ("${a:+$((", ")) }"), ("${a:-$(", ")}"), ("${a:-${b:-", "}}"), ('${a:-"${b:-', '}"}'), ("${a#${b:-", "}}"),
              ('${a#"${b:-', '}"}'), ("$((${a:-", "}))")]
STATEMENTS = [("((", "))"), ("a[", "]=1"), ("x=(", ")"), ("for ((;", ";)); do break; done"), ("[[ a =~ ", " ]]"),
              ("[[ a == ", " ]]"), ("case a in ", ") ;; esac"), ("let a=", ""), ("declare a=(", ")"),
              ("cat <<E\n${a:-", "}\nE\n"), ("cat <<E\n$((", "))\nE\n"), ("cat <<E\n${a#", "}\nE\n"),
              ("cat <<E\n`", "`\nE\n"), ("cat <<E\n$(", ")\nE\n"), ("a=$((", "))"), ('a="${b:-', '}"')]
CONTEXTS = ([("echo " + quote + begin, end + quote) for quote in ("", '"') for begin, end in EXPANSIONS] + STATEMENTS
            + [("echo {a,", "}"), ("echo @(", ")")])
QUOTES = [("'", "'"), ('"', '"'), ("\\", ""), ("$'", "'"), ('\\"', '"'), ("\\'", "'"), ("`", "`"), ("#", "\n"), ('$"', '"'),
          ('"\'"', "'"), ("'\"'", '"')]
TAILS = ["; echo RAN; echo '\"' #\"", "; echo RAN; echo \"'\" #'", "; echo RAN", "\necho RAN\n", "; echo RAN; echo '\"`' #\"",
         "; echo RAN #'", '; echo RAN #"', "; echo RAN #`", "; echo RAN #}", "; echo RAN #'}\"", "; echo RAN #\"}'",
         "; echo RAN; #}\"", "; echo RAN; #))"]


def texts():
    for (begin, end), (opening, closing), middle, tail in itertools.product(CONTEXTS, QUOTES, ("x", " ", "'x", '"x', "}"), TAILS):
        for inner in (opening + end + closing, opening + closing, opening + end, end + opening):
            yield begin + inner + middle + end + tail


def candidates(parser, shell):
    """Texts that the parser takes apart without seeing the command."""
    for text in texts():
        state, unsupported, _, dump, _ = parser.ask(text.encode(), shell, "dump")
        if state == "ok" and unsupported == 0 and b"echo RAN" not in dump:
            yield text


def runs(shell, text, folder):
    user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    try:
        done = subprocess.run(SHELLS[shell] + ["-c", text], capture_output=True, timeout=5, cwd=folder, stdin=subprocess.DEVNULL,
                              env={"PATH": "/nonexistent", "LC_ALL": "C.UTF-8"}, check=False, **user)
    except subprocess.TimeoutExpired:
        return False
    return b"RAN" in done.stdout.split(b"\n")


def main():
    usage = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    usage.add_argument("states")
    usage.add_argument("--shell", action="append", choices=SHELLS)
    usage.add_argument("--most", type=int, default=4000, help="texts that are run, a shell (4000)")
    usage.add_argument("--seed", type=int, default=1)
    arguments = usage.parse_args()
    parser, hidden = Parser(arguments.states), 0
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(3) as pool:
        os.chmod(folder, 0o755)
        for shell in arguments.shell or SHELLS:
            found = list(candidates(parser, shell))
            random.Random(arguments.seed).shuffle(found)
            found = found[:arguments.most]
            bad = [text for text, ran in zip(found, pool.map(lambda text: runs(shell, text, folder), found)) if ran]
            print(f"{shell}: {len(found)} texts without the command, {len(bad)} ran it", flush=True)
            for text in bad[:20]:
                print(f"  {text!r}")
            hidden += len(bad)
            if not found:
                print(f"{shell}: nothing was looked at")
                hidden += 1
    return 1 if hidden else 0


if __name__ == "__main__":
    sys.exit(main())
