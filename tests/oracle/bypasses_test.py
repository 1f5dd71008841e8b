#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Ways in which others were passed: 47 classes, several spellings each, none is allowed here.

  bypasses_test.py SALLYPORT

tests/data/judge/bypasses.jsonl has a line with a person and what is expected, or names the test
that covers a class which is not about the judgement of a line. `held`: anything but allow.
`allow`: it only looks like the others; it does nothing and must stay free.
"""
import collections
import json
import pathlib
import subprocess
import sys

SOURCE = pathlib.Path(__file__).parents[2]
CLASSES = range(1, 48)
LEAST_LINES = 3


def judged(program, person, rows):
    questions = [{"dialect": row["dialect"], "line": row["line"]} for row in rows]
    command = [program, "policy", "judge", SOURCE / "policies/starter.toml"]
    done = subprocess.run(
        command + ["--user", person, "--target", "web-prod"],
        input="".join(json.dumps(question) + "\n" for question in questions),
        capture_output=True, text=True, check=True, timeout=60,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def is_there(row):
    file = SOURCE / row["elsewhere"]
    return file.is_file() and row["test"] in file.read_text()


def main():
    rows = [
        json.loads(line)
        for line in (SOURCE / "tests/data/judge/bypasses.jsonl").read_text().splitlines()
    ]
    faults, lines, covered = [], collections.Counter(), set()
    by_person = collections.defaultdict(list)
    for row in rows:
        if "elsewhere" not in row:
            by_person[row["as"]].append(row)
            continue
        covered.add(row["class"])
        if not is_there(row):
            faults.append(f"class {row['class']}: no such test: {row['elsewhere']}: {row['test']}")
    for person, asked in by_person.items():
        answers = judged(sys.argv[1], person, asked)
        if len(answers) != len(asked):
            faults.append(f"{person}: {len(answers)} answers to {len(asked)} lines")
        for row, answer in zip(asked, answers):
            lines[row["class"]] += 1
            if (answer["verdict"] == "allow") != (row["expect"] == "allow"):
                faults.append(
                    f"class {row['class']}, {row['title']}: {row['dialect']} as {person}: "
                    f"{row['line'][-120:]!r} is {answer['verdict']}; {answer['commands'][-3:]} "
                    f"{answer['opaque']} {answer['error']}"
                )
    for number in CLASSES:
        if lines[number] < LEAST_LINES and number not in covered:
            faults.append(f"class {number}: only {lines[number]} lines")
    for fault in faults:
        print("FAILED", fault)
    print(f"{len(CLASSES)} classes, {sum(lines.values())} lines, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
