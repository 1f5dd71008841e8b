# SPDX-License-Identifier: Apache-2.0
"""Spellings of forbidden commands, the same for the same seed."""
import random

import commands
import words
import wrappers


def base(rng):
    kind = rng.random()
    if kind < 0.78:
        return words.spell(rng, rng.choice(commands.BASES))
    if kind < 0.93:
        begin, path = rng.choice(commands.REDIRECTED)
        for _ in range(8):
            made = rng.choice([words.roundabout, words.pattern, words.variable, words.as_is,
                words.single, words.printed, words.split_with("''")])(rng, path)
            if made is not None:
                return made[0] + begin + made[1]
        return begin + path
    return rng.choice(commands.PIPED)


def spellings(seed, count):
    """`count` different texts of at most 16 KiB."""
    rng, seen = random.Random(seed), set()
    while len(seen) < count:
        text = base(rng)
        for _ in range(rng.choice([0, 0, 1, 1, 1, 2, 2, 3])):
            text = wrappers.wrap(rng, text)
        if len(text) > 16384 or text in seen or "\0" in text:
            continue
        seen.add(text)
        yield text
