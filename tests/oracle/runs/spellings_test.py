#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Nothing forbidden passes, however it is spelled; what runs was judged.

  spellings_test.py SALLYPORT [--count N] [--seed S] [--all-shells] [--report FILE]

Makes N spellings of forbidden commands, runs each in a real shell in a throw-away root with
recorders in place of programs, and judges it under the starter policy for an operator on
production. Fails if one is allowed although the forbidden really happened, if a program ran that
was neither judged nor announced as opaque, or if too few spellings work at all.
"""
import argparse
import collections
import json
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import generate  # noqa: E402
import oracle  # noqa: E402

SOURCE = pathlib.Path(__file__).parents[3]
BATCH = 500
LEAST_WORKING = 0.35  # share of spellings in which the forbidden really happened


def findings(case, ran, answer):
    happened, verdict = ran.forbidden(), answer["verdict"]
    if happened and verdict == "allow":
        yield {"kind": "allowed", "shell": case[0], "line": case[1], "happened": happened, "commands": answer["commands"]}
    missing = oracle.unjudged(ran, answer)
    if missing:
        yield {"kind": "unjudged", "shell": case[0], "line": case[1], "missing": missing, "verdict": verdict, "commands": answer["commands"]}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("sallyport")
    options.add_argument("--count", type=int, default=600)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--all-shells", action="store_true")
    options.add_argument("--report")
    said = options.parse_args()
    choice = random.Random(said.seed)
    cases = []
    for text in generate.spellings(said.seed, said.count):
        shells = oracle.SHELLS if said.all_shells else [choice.choice(["bash", "bash", "dash", "zsh", "ash"])]
        cases += [(shell, text) for shell in shells]
    counts, found, by_shell = collections.Counter(), [], collections.Counter()
    begin = time.monotonic()
    with oracle.throw_away(SOURCE / "policies/knowledge/commands.toml") as run:
        for at in range(0, len(cases), BATCH):
            batch = cases[at:at + BATCH]
            for case, ran, answer in zip(batch, run(batch), oracle.judge(said.sallyport, SOURCE / "policies/starter.toml", batch)):
                counts["runs"] += 1
                counts["stopped"] += ran.status == 124
                if ran.forbidden():
                    counts["worked"] += 1
                    by_shell[case[0]] += 1
                    counts[f"verdict {answer['verdict']}"] += 1
                    counts["opened, not opaque"] += not answer["opaque"]
                found += findings(case, ran, answer)
    for finding in found:
        counts[finding["kind"]] += 1
        if said.report is None:
            print(json.dumps(finding))
    if said.report:
        pathlib.Path(said.report).write_text("".join(json.dumps(finding) + "\n" for finding in found))
    print(f"{said.count} spellings, seed {said.seed}, {time.monotonic() - begin:.0f} s: " + ", ".join(f"{name} {count}" for name, count in sorted(counts.items())))
    print("worked by shell: " + ", ".join(f"{shell} {count}" for shell, count in sorted(by_shell.items())))
    if counts["worked"] < LEAST_WORKING * counts["runs"]:
        print(f"FAILED: only {counts['worked']} of {counts['runs']} runs did what they should; the generator or the root is broken")
        return 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
