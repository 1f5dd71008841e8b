#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Adds up what meson's test logs say and prints one line a failed test, then `N passed, N failed`.

counts.py LOG... : testlog.json files of `meson test`. A doctest binary counts its test cases, a Python test its methods,
any other test itself. A test that ran nothing counts as failed: it looked at nothing.
"""
import json
import re
import sys

DOCTEST = re.compile(r"\[doctest\] test cases:\s*(\d+) \|\s*(\d+) passed \|\s*(\d+) failed")
UNITTEST = re.compile(r"^Ran (\d+) tests? in", re.M)
UNITTEST_BAD = re.compile(r"^FAILED \((.*)\)", re.M)
REPLAY = re.compile(r"^replayed (\d+) inputs", re.M)


def counted(entry):
    text = entry.get("stdout", "") + "\n" + entry.get("stderr", "")
    good = entry["result"] in ("OK", "EXPECTEDFAIL")
    match = DOCTEST.search(text)
    if match:
        total, passed, failed = (int(number) for number in match.groups())
        if total == 0 or (not good and failed == 0):
            return passed, max(failed, 1)
        return passed, failed
    match = UNITTEST.search(text)
    if match:
        total = int(match.group(1))
        bad = sum(int(number) for number in re.findall(r"(?:failures|errors)=(\d+)", " ".join(UNITTEST_BAD.findall(text))))
        if total == 0 or (not good and bad == 0):
            bad = max(bad, 1)
        return max(total - bad, 0), bad
    match = REPLAY.search(text)
    if match and int(match.group(1)) == 0:
        return 0, 1
    return (1, 0) if good else (0, 1)


def main():
    passed = failed = 0
    for log in sys.argv[1:]:
        with open(log, encoding="utf-8", errors="replace") as file:
            for line in file:
                entry = json.loads(line)
                good, bad = counted(entry)
                passed, failed = passed + good, failed + bad
                if bad:
                    print(f"FAILED {entry['name']} ({entry['result']}, {bad} of {good + bad})")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
