#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The real shells judge the parser: their syntax check (`-n`) of many texts against its verdicts.

  agreement.py STATES texts SOURCE... [--mutations N]  texts of our own and the tables of unit tests (CI)
  agreement.py STATES packages FOLDER [--mutations N]  every shell script in the .deb files of FOLDER
  agreement.py STATES fuzz SOURCE... --seconds S       mutations of those until the time is over

  agreement.py STATES show TEXT                        one text with backslash escapes, for a person

STATES is the program shell_states. Each text is given to all four shells; nothing is ever run: bash, dash, zsh and
busybox get `-n`, as a user who owns nothing, in an empty folder. For what bash and zsh accept, the text rebuilt from the
tree must also print the same as the original (`bash --pretty-print`, zsh's `functions` of a loaded body).
Prints a table, then each group of disagreements with its smallest example. Exit 1 if a group has no written reason.
"""
import argparse
import ast
import collections
import concurrent.futures
import hashlib
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
DIALECTS = ("bash", "dash", "ash", "zsh")
CHECKS = {"bash": ["bash", "--norc", "--noprofile", "-n"], "dash": ["dash", "-n"], "ash": ["busybox", "sh", "-n"],
          "zsh": ["zsh", "-fn"]}
INCOMPLETE = {
    "bash": rb"unexpected end of file|unexpected EOF",
    "dash": rb"end of file|Unterminated|EOF in|Missing",
    "ash": rb"end of file|unterminated|EOF in|missing",
    "zsh": rb"unmatched|parse error near `\\n'|parse error\n|parse error$",
}
SECONDS_A_TEXT = 10
LARGEST = 1 << 20
NOBODY = 65534


class Parser:
    """One shell_states process; answers in order."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.lock = threading.Lock()
        self.seconds = 0.0
        self.lines = 0

    def ask(self, text, dialect, mode):
        with self.lock:
            begin = time.monotonic()
            self.process.stdin.write(b"%s %s %d\n" % (dialect.encode(), mode.encode(), len(text)) + text)
            self.process.stdin.flush()
            head = self.process.stdout.readline()
            if not head:
                raise SystemExit(f"the parser died on {text!r} as {dialect}")
            state, unsupported, same, size, message = head.decode("latin-1").rstrip("\n").split(" ", 4)
            rebuilt = self.process.stdout.read(int(size))
            self.seconds += time.monotonic() - begin
            self.lines += text.count(b"\n") + 1
        return state, int(unsupported), same == "same", rebuilt, message


class Shells:
    def __init__(self, folder):
        self.folder = folder
        self.environment = {"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"], "HOME": folder}
        self.user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}

    def run(self, arguments, text):
        try:
            return subprocess.run(arguments, input=text, capture_output=True, env=self.environment, cwd=self.folder,
                                  timeout=SECONDS_A_TEXT, check=False, **self.user)
        except subprocess.TimeoutExpired:
            return None

    def verdict(self, text, dialect, mode):
        """ok, warned (accepted with a warning), incomplete, error, or gave-up; and what it said first"""
        options = ["-O", "extglob"] if dialect == "bash" and mode == "extglob" else []
        done = self.run(CHECKS[dialect] + options, text)
        if done is None or done.returncode < 0:
            return "gave-up", b""
        said = done.stderr
        if dialect == "zsh":  # its check expands words: other complaints than these are of run time
            accepted = b"parse error" not in said and b"unmatched" not in said
            if accepted and done.returncode != 0 and said:
                return "gave-up", said
        else:  # bash ends with 0 after an error within [[
            accepted = done.returncode == 0 and all(b"warning: " in line for line in said.splitlines())
        if accepted:
            return ("warned" if said else "ok"), said
        return ("incomplete" if re.search(INCOMPLETE[dialect], said) else "error"), said

    def printed(self, text, dialect, mode):
        if dialect == "bash":
            options = ["-O", "extglob"] if mode == "extglob" else []
            grouped = b"{ " + text + b"\n}"  # `;` and newline print alike inside
            done = self.run(["bash", "--norc", "--noprofile", *options, "--pretty-print"], grouped)
            return None if done is None or done.returncode != 0 else done.stdout
        with tempfile.TemporaryDirectory(dir=self.folder) as place:
            os.chmod(place, 0o755)
            with open(os.path.join(place, "body"), "wb") as out:
                out.write(text)
            done = self.run(["zsh", "-fc", f"fpath=({place}); autoload -Uz +X body; functions body"], b"")
        if done is None or done.returncode != 0:
            return None
        # the tree does not keep `&!` apart from `&`, nor the order of `time` and `!`
        return re.sub(rb"! time\b", b"time !", re.sub(rb"(&|>>) ?[|!]", rb"\1", done.stdout)).replace(b" | ", b"|")


# ---- texts -------------------------------------------------------------------------------------------------------------

def kind_of(name, head):
    """bash, zsh or sh if this file is a shell script, else nothing"""
    first = head.split(b"\n", 1)[0]
    match = re.match(rb"#!\s*\S*/(?:env\s+(?:-S\s*)?)?(bash|dash|zsh|ash|sh)\b", first)
    if match:
        return match[1].decode()
    if name.endswith(".zsh") or (os.path.basename(name).startswith("_") and
                                 (first.startswith(b"#compdef") or first.startswith(b"#autoload"))):
        return "zsh"
    if "/bash-completion/" in name and first.startswith(b"#"):
        return "bash"
    return None


def scripts_of(folder):
    """(kind, text) of every script in the packages of the folder; they are unpacked, never installed"""
    found = {}
    with tempfile.TemporaryDirectory() as place:
        for package in sorted(os.listdir(folder)):
            if not package.endswith(".deb"):
                continue
            root = os.path.join(place, "root")
            for option in ("-x", "-e"):
                subprocess.run(["dpkg-deb", option, os.path.join(folder, package), root + option], check=True)
                for parent, _, names in os.walk(root + option):
                    for name in names:
                        path = os.path.join(parent, name)
                        if os.path.islink(path) or not os.path.isfile(path) or os.path.getsize(path) > LARGEST:
                            continue
                        with open(path, "rb") as file:
                            text = file.read()
                        kind = kind_of(path, text[:200])
                        if kind:
                            found.setdefault(hashlib.sha256(text).digest(), (kind, text))
                shutil.rmtree(root + option)
    return list(found.values())


def literals_of(source):
    """The string literals of a C++ test: whoever writes a row of a table has the shells confirm it."""
    for literal in re.findall(r'"(?:[^"\\\n]|\\.)+"', re.sub(r'^\s*(//|#).*$', "", source, flags=re.M)):
        try:
            text = ast.literal_eval("b" + literal)
        except (SyntaxError, ValueError):
            continue
        if not re.match(rb"\((simple|if|for|while|case|group|pipe|and-or) ", text):  # no tree of a dump
            yield text


def texts_of(sources):
    """A file of texts, one a line with `\u2424` for newlines, or a folder of C++ tests."""
    found = set()
    for source in sources:
        if os.path.isdir(source):
            for name in sorted(os.listdir(source)):
                if name.endswith("_test.cpp"):
                    with open(os.path.join(source, name), encoding="utf-8") as file:
                        found.update(("tests", text) for text in literals_of(file.read()))
            continue
        with open(source, encoding="utf-8") as file:
            found.update(("texts", line.rstrip("\n").replace("\u2424", "\n").encode())
                         for line in file if not line.startswith("%"))
    return sorted(found)


TOKENS = [b";", b"&", b"|", b"&&", b"||", b";;", b";&", b"(", b")", b"((", b"))", b"{", b"}", b"$(", b"${", b"$((", b"`",
          b"'", b'"', b"\\", b"\n", b"<<E\n", b"<", b">", b">>", b"<<<", b"&>", b">&", b"2>", b"|&", b"#", b"=", b"+=",
          b"[", b"]", b"[[ ", b" ]]", b"if ", b"then ", b"else ", b"elif ", b"fi ", b"do ", b"done ", b"while ", b"for ",
          b"in ", b"case ", b"esac ", b"function ", b"time ", b"! ", b"coproc ", b"select ", b"*", b"?", b"~", b"$", b"!",
          b"@", b"a", b"1", b" ", b"\t", b"$'", b'$"', b"<(", b"}", b"a=(", b"a[1]=", b"a() ", b"-", b",", b"..", b"%%"]


def pieces(text):
    return re.findall(rb"\w+|\s+|[;&|<>()]+|.", text, flags=re.S)


def window(text, chance):
    """A few lines: what is wrong in a large file hides what is wrong behind it."""
    lines = text.splitlines(True)
    if len(lines) <= 12:
        return text[:4000]
    begin = chance.randrange(len(lines))
    return b"".join(lines[begin:begin + chance.randint(1, 12)])[:4000]


def mutated(text, chance):
    text = window(text, chance)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        parts = pieces(text)
        if not parts:
            return text
        at, other = chance.randrange(len(parts)), chance.randrange(len(parts))
        what = chance.randrange(7)
        if what == 0:
            del parts[at]
        elif what == 1:
            parts.insert(at, chance.choice(TOKENS))
        elif what == 2:
            parts.insert(at, parts[other])
        elif what == 3:
            parts[at], parts[other] = parts[other], parts[at]
        elif what == 4:
            parts[at] = chance.choice(TOKENS)
        elif what == 5:
            parts = parts[:at + 1]
        text = b"".join(parts)
        if what == 6:
            byte = chance.randrange(len(text))
            text = text[:byte] + text[byte + 1:]
    return text


# ---- comparison --------------------------------------------------------------------------------------------------------

def reason(text, dialect, ours, message, verdict, opaque):
    """Why the verdicts may differ: the traps of the check, and what the parser refuses on purpose."""
    if b"\0" in text:
        return "a NUL byte is refused, shells drop it"
    if ours == "over-limit":
        return "over a limit of the parser"
    if verdict == "gave-up":
        return "the shell itself gave up"
    if opaque and verdict in ("error", "incomplete"):
        return "refused by the shell, opaque to us"
    if ours == "incomplete" and verdict in ("ok", "warned"):
        if "here-document" in message:
            return "a here-document ends with the text: shells take it"
        if "backslash" in message:
            return "a final backslash: shells take it"
    if dialect == "zsh" and ours == "incomplete" and verdict == "ok":
        return "zsh takes an open `a &&`, `a(` or `while a` at the end of a text"
    if dialect == "zsh" and ours == "error" and re.search(r"zsh (has no|counts)", message):
        return "zsh refuses it when it runs"
    if dialect == "zsh" and ours == "incomplete" and verdict == "error":
        return "zsh names the last token where the text ended"
    if dialect in ("dash", "ash") and ours == "error" and verdict == "incomplete":
        if "found the end," in message:
            return "a new line could not stand there either"
        if "`))`" in message:
            return "`$((` that does not end in `))`: dash says `Missing`, nothing can complete it"
    return None


def without_blank_lines(text):
    return re.sub(rb"\n\s*(?=\n)", b"", text.strip())


class Comparison:
    def __init__(self, parser, shells, gaps):
        self.parser, self.shells = parser, shells
        self.lock = threading.Lock()
        self.table = collections.defaultdict(collections.Counter)
        self.groups = {}
        self.reasons = collections.Counter()
        self.gaps = gaps  # known disagreements, (dialect, class, text)
        self.outgrown, self.found = set(), []

    def differs(self, text, dialect, mode):
        """Nothing, or (class, signature) of the disagreement; counts nothing."""
        ours, unsupported, same, rebuilt, message = self.parser.ask(text, dialect, mode)
        verdict, said = self.shells.verdict(text, dialect, mode)
        accepted = verdict in ("ok", "warned")
        written = reason(text, dialect, ours, message, verdict, unsupported > 0)
        result = {"ours": ours, "shell": verdict, "apart": unsupported > 0, "reason": written}
        short = re.sub(r"^\d+:\d+ ", "", message)
        error = re.sub(rb"\s+", b" ", re.sub(rb"^.*?(line )?\d+: ", b"", said.split(b"\n")[0])).decode("latin-1")
        if ours == "ok" and not accepted:
            return result, ("accepts", error)
        if ours != "ok" and accepted:
            return result, ("rejects", short)
        if ours != "ok":
            same_state = ours == verdict or (dialect == "zsh" and verdict == "incomplete")
            return result, None if same_state else ("state", f"{ours} <> {verdict}: {error}")
        if not same:
            return result, ("round", "the rebuilt text has another tree")
        if unsupported == 0 and dialect in ("bash", "zsh"):
            before = self.shells.printed(text, dialect, mode)
            after = self.shells.printed(rebuilt, dialect, mode)
            if before is not None and (after is None or without_blank_lines(before) != without_blank_lines(after)):
                return result, ("tree", "prints differently when rebuilt from its tree")
        return result, None

    def compare(self, text, dialect, mode):
        result, found = self.differs(text, dialect, mode)
        with self.lock:
            row = self.table[dialect]
            row["texts"] += 1
            row["not taken apart"] += result["apart"]
            known = [gap for gap in self.gaps if gap[0] == dialect and gap[2] == text]
            if known and found and known[0][1] == found[0]:
                row["known gap"] += 1
                return
            if known and result["shell"] != "gave-up":
                self.outgrown.add(known[0])
            if not found:
                row["agree"] += 1
                row["accepted by both"] += result["ours"] == "ok"
                return
            if result["reason"]:
                row["by reason"] += 1
                self.reasons[result["reason"]] += 1
                return
            row[found[0]] += 1
            self.found.append((dialect, found[0], text))
            group = self.groups.setdefault((dialect, *found), [0, mode, []])
            group[0] += 1
            group[2] = sorted(group[2] + [text], key=len)[:4]

    def shrink(self, key, text, mode, seconds):
        """The smallest text found that still differs in the same way."""
        def still(candidate):
            found = self.differs(candidate, key[0], mode)
            return found[1] == key[1:] and not found[0]["reason"]
        until = time.monotonic() + seconds
        for cut in (lambda t: t.splitlines(True), pieces):
            size = max(1, len(cut(text)) // 2)
            while size >= 1:
                parts, at = cut(text), 0
                while at < len(parts) and time.monotonic() < until:
                    candidate = parts[:at] + parts[at + size:]
                    if still(b"".join(candidate)):
                        parts = candidate
                    else:
                        at += size
                text = b"".join(parts)
                size //= 2
        return text


def mode_of(text):
    """The check runs no `shopt`, so a text that switches extended patterns on is read with them."""
    return "extglob" if b"extglob" in text else "plain"


def report(comparison, kinds, seconds, shrink):
    sys.stdout.reconfigure(line_buffering=True)
    columns = ("texts", "agree", "accepted by both", "by reason", "known gap", "accepts", "rejects", "state", "round", "tree",
               "not taken apart")
    print("texts by kind:", ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())))
    print("| shell | " + " | ".join(columns) + " |")
    print("|---" * (len(columns) + 1) + "|")
    for dialect in DIALECTS:
        row = comparison.table[dialect]
        print(f"| {dialect} | " + " | ".join(str(row[column]) for column in columns) + " |")
    for text, count in comparison.reasons.most_common():
        print(f"{count:6} {text}")
    parser = comparison.parser
    print(f"{seconds:.0f} s; the parser read {parser.lines} lines in {parser.seconds:.1f} s, with dumps and rebuilding")
    for key, (count, mode, examples) in sorted(comparison.groups.items(), key=lambda item: -item[1][0]):
        print(f"\nFAILED {count} x {key[0]} {key[1]} ({mode}): {key[2]}")
        for text in examples:
            if shrink:
                text = comparison.shrink(key, text, mode, shrink)
            print(f"    {text[:300]!r}\n        {parser.ask(text, key[0], mode)[4][:200]}")


def show(arguments):
    """One text, given with backslash escapes: what each side says and prints."""
    text = arguments.sources[0].encode().decode("unicode_escape").encode("latin-1")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        parser, shells = Parser(arguments.states), Shells(folder)
        for dialect in arguments.dialects:
            ours, unsupported, same, rebuilt, message = parser.ask(text, dialect, mode_of(text))
            print(f"{dialect}: {ours} {message} unsupported={unsupported} {'' if same else 'DIFFERS'}")
            print("   shell:", shells.verdict(text, dialect, mode_of(text)))
            if ours == "ok" and dialect in ("bash", "zsh"):
                print("   rebuilt:", rebuilt)
                print("   prints: ", shells.printed(text, dialect, mode_of(text)))
                print("   rebuilt:", shells.printed(rebuilt, dialect, mode_of(text)))


def gaps_of(name):
    """Lines of DIALECT CLASS TEXT: what is not yet as the shell has it. Each is to be closed, none is to be added."""
    gaps = set()
    with open(name or os.devnull, encoding="utf-8") as file:
        for line in file:
            if not line.startswith("%"):
                dialect, kind, text = line.rstrip("\n").split(" ", 2)
                gaps.add((dialect, kind, ast.literal_eval(text)))
    return gaps


def run(arguments):
    chance = random.Random(arguments.seed)
    source = texts_of if arguments.what == "texts" else lambda folders: sum((scripts_of(f) for f in folders), [])
    texts = source(arguments.sources)
    chance.shuffle(texts)
    if not texts:
        raise SystemExit("no texts: nothing was compared")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        comparison = Comparison(Parser(arguments.states), Shells(folder), gaps_of(arguments.gaps))
        begin = time.monotonic()

        def work():
            within = lambda: not arguments.seconds or time.monotonic() - begin < arguments.seconds
            if arguments.what != "fuzz":
                for _, text in texts:
                    for dialect in arguments.dialects:
                        if within():
                            yield text, dialect
            made = 0
            while within() and (arguments.what == "fuzz" or made < arguments.mutations):
                made += 1
                yield mutated(chance.choice(texts)[1], chance), chance.choice(arguments.dialects)

        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            running = set()
            for text, dialect in work():
                running.add(pool.submit(comparison.compare, text, dialect, mode_of(text)))
                if len(running) > 64:
                    done, running = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
                    for each in done:
                        each.result()
            for each in running:
                each.result()
        kinds = collections.Counter(kind for kind, _ in texts)
        report(comparison, kinds, time.monotonic() - begin, arguments.shrink)
        for gap in sorted(comparison.outgrown):
            print(f"FAILED: no gap any more, take it out of the list: {gap}")
        if arguments.write_gaps:
            with open(arguments.write_gaps, "w", encoding="utf-8") as out:
                for gap in sorted(set(comparison.found)):
                    out.write(f"{gap[0]} {gap[1]} {gap[2]!r}\n")
        compared = sum(row["texts"] for row in comparison.table.values())
        if compared < arguments.least:
            print(f"FAILED: only {compared} comparisons, wanted {arguments.least}")
            return 1
        return 1 if comparison.groups or comparison.outgrown else 0


def main():
    usage = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    usage.add_argument("states")
    usage.add_argument("what", choices=("texts", "packages", "fuzz", "show"))
    usage.add_argument("sources", nargs="+")
    usage.add_argument("--mutations", type=int, default=0)
    usage.add_argument("--seconds", type=float, default=0, help="stop early after so many")
    usage.add_argument("--gaps", help="a file of known disagreements")
    usage.add_argument("--write-gaps", help="write the disagreements of this run there")
    usage.add_argument("--least", type=int, default=1, help="fewer comparisons are a failure")
    usage.add_argument("--seed", type=int, default=1)
    usage.add_argument("--jobs", type=int, default=2)
    usage.add_argument("--shrink", type=float, default=0, help="seconds to make each example smaller")
    usage.add_argument("--dialects", type=lambda names: names.split(","), default=list(DIALECTS))
    arguments = usage.parse_args()
    missing = [CHECKS[dialect][0] for dialect in DIALECTS if not shutil.which(CHECKS[dialect][0])]
    if missing:
        raise SystemExit("FAILED: missing shells: " + ", ".join(missing))
    sys.exit(show(arguments) if arguments.what == "show" else run(arguments))


if __name__ == "__main__":
    main()
