#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Nothing forbidden passes, however it is spelled; what runs was judged.

  spellings_test.py SALLYPORT [--count N] [--seed S] [--all-shells] [--report FILE]

Makes N spellings of forbidden commands, runs each in a real shell in a throw-away root with
recorders in place of programs, and judges it under the starter policy for an operator on
production. Fails if one is allowed although the forbidden really happened, if a program ran that
was neither judged nor announced as opaque, if another command before it lowers the verdict, or if
too few spellings work at all.
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
VERDICTS = ["allow", "step-up", "approve", "deny"]
POLICY = SOURCE / "policies/starter.toml"


def findings(case, ran, answer, longer):
    """`longer`: the answer to the same line behind another command."""
    shell, line = case
    found = {"shell": shell, "line": line, "verdict": answer["verdict"]}
    happened, missing = ran.forbidden(), oracle.unjudged(ran, answer)
    if happened and answer["verdict"] == "allow":
        yield {"kind": "allowed", "happened": happened, "commands": answer["commands"], **found}
    if missing:
        yield {"kind": "unjudged", "missing": missing, "commands": answer["commands"], **found}
    if VERDICTS.index(longer["verdict"]) < VERDICTS.index(answer["verdict"]):
        yield {"kind": "lowered", "longer": longer["verdict"], **found}


def cases_of(said):
    choice = random.Random(said.seed)
    for text in generate.spellings(said.seed, said.count):
        shells = oracle.SHELLS
        if not said.all_shells:
            shells = [choice.choice(["bash", *oracle.SHELLS])]
        yield from ((shell, text) for shell in shells)


def check(run, sallyport, batch, counts):
    ran = run(batch)
    answers = oracle.judge(sallyport, POLICY, batch)
    longer = oracle.judge(sallyport, POLICY, [(shell, "ls\n" + text) for shell, text in batch])
    for case, happened, answer, after in zip(batch, ran, answers, longer):
        counts["runs"] += 1
        counts["stopped"] += happened.status == 124
        if happened.forbidden():
            counts["worked"] += 1
            counts[f"worked in {case[0]}"] += 1
            counts[f"verdict {answer['verdict']}"] += 1
            counts["opened, not opaque"] += not answer["opaque"]
        for finding in findings(case, happened, answer, after):
            counts[finding["kind"]] += 1
            yield finding


def main():
    options = argparse.ArgumentParser()
    options.add_argument("sallyport")
    options.add_argument("--count", type=int, default=600)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--all-shells", action="store_true")
    options.add_argument("--report")
    said = options.parse_args()
    cases, counts, found = list(cases_of(said)), collections.Counter(), []
    begin = time.monotonic()
    with oracle.throw_away(SOURCE / "policies/knowledge/commands.toml") as run:
        for at in range(0, len(cases), BATCH):
            found += check(run, said.sallyport, cases[at:at + BATCH], counts)
    lines = "".join(json.dumps(finding) + "\n" for finding in found)
    if said.report:
        pathlib.Path(said.report).write_text(lines)
    else:
        print(lines, end="")
    figures = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
    print(f"{said.count} spellings, seed {said.seed}, {time.monotonic() - begin:.0f} s: {figures}")
    if counts["worked"] < LEAST_WORKING * counts["runs"]:
        print("FAILED: too few did what they should; the generator or the root is broken")
        return 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
