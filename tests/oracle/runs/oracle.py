# SPDX-License-Identifier: Apache-2.0
"""What ran in the throw-away root, against what Sallyport said would run."""
import contextlib
import json
import re
import subprocess
import tempfile

import commands
import root

SHELLS = ["bash", "dash", "zsh", "ash"]
# What a known program starts by itself: parent and child.
OWN_CHILDREN = {("tar", "gzip"), ("git", "ssh"), ("run-parts", "*"), ("make", "sh")}
SHELL_NAMES = {"sh", "bash", "dash", "zsh", "ash", "busybox"}


class Ran:
    def __init__(self, status, events, log, output):
        self.status, self.events, self.output = status, "" if events == "-" else events, output
        self.runs = []
        for line in log.decode("latin-1").splitlines():
            with contextlib.suppress(ValueError):
                parent, *run = json.loads(line)
                self.runs.append((parent, [word.encode("latin-1", "replace").decode("utf-8",
                    "replace") for word in run]))

    def forbidden(self):
        """What of the forbidden really happened, as words."""
        found = [" ".join(run)[:100] for _, run in self.runs if commands.is_forbidden(run)]
        return found + [f"event {letter}" for letter in self.events]


@contextlib.contextmanager
def throw_away(knowledge):
    with tempfile.TemporaryDirectory(prefix="runs-", ignore_cleanup_errors=True) as folder:
        runner, tree = root.build(folder, knowledge)

        def run(cases, seconds=600):
            """cases: (shell, text) -> Ran, in order."""
            data = b""
            for number, (shell, text) in enumerate(cases):
                raw = text.encode("utf-8", "surrogateescape")
                data += f"{number} {shell} {len(raw)}\n".encode() + raw
            done = subprocess.run([runner, tree], input=data, capture_output=True, timeout=seconds)
            if done.returncode != 0:
                raise SystemExit(
                    f"no throw-away root: {done.stderr.decode()} ({done.returncode}); it needs "
                    "root, or unprivileged user namespaces and a /proc that may be mounted in them")
            results, rest = [], done.stdout
            for _ in cases:
                head, rest = rest.split(b"\n", 1)
                _, status, events, log, output = head.decode().split()
                log, output = int(log), int(output)
                results.append(Ran(int(status), events, rest[:log], rest[log:log + output]))
                rest = rest[log + output:]
            return results
        yield run


def judge(program, policy, cases, target="web-prod", user="olga"):
    """cases: (shell, text) -> answers of `sallyport policy judge`."""
    lines = [json.dumps({"id": number, "dialect": shell, "line": text}) for number,
        (shell, text) in enumerate(cases)]
    done = subprocess.run([program, "policy", "judge", policy, "--user", user, "--target", target],
        input="\n".join(lines) + "\n",
                          capture_output=True, text=True, check=True, timeout=600)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(cases), "an answer for each line"
    return answers




def may_be(judged, run):
    """Whether the judged words may have become the words that ran."""
    if not judged:
        return not run
    word = judged[0]
    if run and (word == run[0]) and may_be(judged[1:], run[1:]):
        return True
    if "<hole>" not in word and not re.search(r"[*?\[]|\(", word):
        return False
    return any(may_be(judged[1:], run[taken:]) for taken in range(len(run) + 1))


def is_judged(run, answer):
    for words in answer["commands"]:
        if words and words[0].rsplit("/",
                1)[-1] == run[0] and len(words) < 200 and may_be(words[1:], run[1:]):
            return True
    return False


def unjudged(ran, answer):
    """Programs that ran and are no judged command, in a unit that is not refused or opaque."""
    if answer["opaque"] or (answer["error"] and answer["error"]["state"] != "ok"):
        return []
    missing = []
    for parent, run in ran.runs:
        implied = run[0] in SHELL_NAMES and len(run) > 1 and run[1] == "-c"
        own = (parent, run[0]) in OWN_CHILDREN or (parent, "*") in OWN_CHILDREN
        if not implied and not own and not is_judged(run, answer):
            missing.append(" ".join(run)[:120])
    return missing
