# SPDX-License-Identifier: Apache-2.0
"""Spellings of one word. Each takes (rng, word) and returns (text before the command, spelling) or
None where it does not fit. A spelling that a shell does not know simply runs nothing there."""
import base64

PLAIN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=+:,%@")


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def as_is(rng, word):
    return "", word if set(word) <= PLAIN else quoted(word)


def single(rng, word):
    return "", quoted(word)


def double(rng, word):
    return ("", f'"{word}"') if set(word) <= PLAIN | {" "} else None


def backslash(rng, word):
    return "", "".join("\\" + c if rng.random() < 0.5 or c not in PLAIN else c for c in word)


def cut(word, rng):
    at = rng.randrange(1, len(word)) if len(word) > 1 else 1
    return word[:at], word[at:]


def split_with(filler):
    def spelling(rng, word):
        if not set(word) <= PLAIN:
            return None
        left, right = cut(word, rng)
        return "", left + filler + right
    return spelling


def ansi(form):
    return lambda rng, word: ("", "$'" + "".join(form(c) if rng.random() < 0.7 or c in "'\\" else c
        for c in word) + "'")


def name(rng):
    return rng.choice("abcdexyz") + rng.choice(["", "1", "_", "Q"])


def variable(rng, word):
    n = name(rng)
    return f"{n}={quoted(word)}; ", rng.choice([f"${n}", f"${{{n}}}", f'"${n}"', f"${{{n}:-z}}",
        f"${{{n}:+${n}}}"])


def appended(rng, word):
    n, (left, right) = name(rng), cut(word, rng)
    return f"{n}={quoted(left)}; {n}+={quoted(right)}; ", f'"${n}"'


def joined(rng, word):
    left, right = cut(word, rng)
    return f"l={quoted(left)} r={quoted(right)}; ", "$l$r"


def default(rng, word):
    return ("", rng.choice(["${UNSET:-%s}", "${UNSET-%s}", "${UNSET:=%s}",
        "${LINENO:+%s}"]) % word) \
        if set(word) <= PLAIN else None


def trimmed(rng, word):
    n = name(rng)
    return rng.choice([(f"{n}={quoted('zz' + word)}; ", f"${{{n}#zz}}"),
        (f"{n}={quoted(word + 'zz')}; ", f"${{{n}%zz}}"),
                       (f"{n}={quoted('q' + word + 'zzzz')}; ", f"${{{n}:1:{len(word)}}}"),
                       (f"{n}={quoted(word.replace('r', 'Z'))}; ", f"${{{n}//Z/r}}"),
                       (f"{n}={quoted(word.upper())}; ", f"${{{n},,}}"),
                       (f"{n}={quoted(word)}; ", f"${{{n}@E}}"),
                       (f"{n}={quoted(word.upper())}; ", f"${{(L){n}}}"),
                       (f"{n}={quoted(word[::-1])}; ", f"$(echo ${n} | rev)")])


def printed(rng, word):
    octal = "".join(f"\\{ord(c):03o}" for c in word)
    hexed = "".join(f"\\x{ord(c):02x}" for c in word)
    coded = base64.b64encode(word.encode()).decode()
    return "", rng.choice([f"$(echo {quoted(word)})", f"`printf %s {quoted(word)}`",
        f"$(printf '{octal}')", f"$(echo -e '{hexed}')",
                           f"$(printf '%b' '{octal}')", f"$(echo {coded} | base64 -d)",
                           f"$(base64 -d <<< {coded})",
                           f"$(echo {quoted(word[::-1])} | rev)", f"$(cat <<< {quoted(word)})",
                           f"$(printf '{hexed}')"])


def element(rng, word):
    n = name(rng)
    return rng.choice([(f"{n}=(no {quoted(word)} no); ", f"${{{n}[1]}}"),
        (f"{n}=(no {quoted(word)}); ", f"${{{n}[@]:1:1}}"),
                       (f"declare -A {n}=([k]={quoted(word)}); ", f"${{{n}[k]}}"),
                       (f"{n}=({quoted(word)}); ", f"${{{n}[@]}}")])


def referred(rng, word):
    return rng.choice([(f"a={quoted(word)} n=a; ", "${!n}"),
        (f"a={quoted(word)}; declare -n n=a; ", "$n"),
                       (f"a={quoted(word)}; typeset -n n=a; ", "$n"),
                       (f"a={quoted(word)} n=a; ", "${(P)n}"),
                       (f"printf -v a %s {quoted(word)}; ", "$a"),
                       (f"read -r a <<< {quoted(word)}; ", "$a"),
                       (f"read -r a <<E\n{word}\nE\n", "$a"), (f"set -- {quoted(word)}; ", "$1"),
                       (f"IFS= read -r a < <(echo {quoted(word)}); ", "$a"),
                       (f"mapfile -t a <<< {quoted(word)}; ", "$a"),
                       (f"export a={quoted(word)}; ", "$a"),
                       (f"getopts x: a -x{word}; ", "$OPTARG"),
                       (f": ${{a:={word}}}; ", "$a"),
                       (f"for a in {quoted(word)}; do :; done; ", "$a")])


def pattern(rng, word):
    """A path that exists, as a pattern that meets it."""
    if not word.startswith(("/srv/", "/etc/", "/root/", "/dev/sda")) or word == "/dev/sda1":
        return None
    at = rng.randrange(len(word) - 3, len(word)) if len(word) > 6 else len(word) - 1
    c = word[at]
    if c == "/":
        return None
    kind = "alpha" if c.isalpha() else "graph"
    some = rng.choice(["?", "*", f"[{c}]", f"[[:{kind}:]]", f"[!{'A' if c != 'A' else 'B'}]",
        f"[{c}-{c}]", "[[:lower:]]", f"@({c}|Q)",
                       f"+({c})", f"[[={c}=]]", f"[[.{c}.]]", f"{{{c},}}"])
    before = "shopt -s extglob\n" if "(" in some else ""
    return before, word[:at] + some + word[at + 1:]


def other_case(rng, word):
    return ("shopt -s nocaseglob; ", word[:-1].replace("etc", "ETC") + "[" + word[-1].upper()
        + "]") if word.startswith("/etc/") else None


def roundabout(rng, word):
    """The same path by other components."""
    if not word.startswith("/"):
        return None
    return rng.choice([("", "/." + word), ("", "/tmp/.." + word), ("", word.replace("/", "//")),
        ("", "~/../.." + word), ("", "$HOME/../.." + word),
                       ("", "/proc/self/root" + word), ("cd /; ", word[1:]), ("cd / && ", word[1:]),
                       ("cd /tmp && ", ".." + word),
                       ("OLDPWD=/tmp; cd -; ", ".." + word),
                       ("cd /tmp; cd /; ", "$OLDPWD/.." + word), ("pushd /tmp; ", ".." + word),
                       ("ln -s / r; ", "r" + word), ("ln -sfn / /tmp/r && ", "/tmp/r" + word),
                       ("cp -rs /etc /tmp/cp; ", word.replace("/etc", "/tmp/cp")),
                       (f"ln -s {word} l; ", "l"), (f"ln {word} l; ", "l"),
                       ("ln -s /proc/self/root p && ", "p" + word),
                       (f"cd {word.rsplit('/', 1)[0] or '/'} && ", word.rsplit("/", 1)[1]),
                       (f"cd {word.rsplit('/', 1)[0] or '/'}\n", "./" + word.rsplit("/", 1)[1]),
                       ("CDPATH=/:/tmp cd " + (word.rsplit('/', 1)[0] or '/')[1:] + "; ", "./"
                       + word.rsplit("/", 1)[1]),
                       (f"d={word.rsplit('/', 1)[0]}; cd $d && ", word.rsplit("/", 1)[1]),
                       (f"(cd {word.rsplit('/', 1)[0]}; pwd); ", word)])


ANY = [as_is, as_is, single, double, backslash, variable, appended, joined, default, trimmed,
    printed, element, referred,
       ansi(lambda c: f"\\{ord(c):03o}"), ansi(lambda c: f"\\x{ord(c):02x}"),
       ansi(lambda c: f"\\u{ord(c):04x}")] + \
      [split_with(f) for f in ("''", '""', "\\\n", "$@", "${UNSET}", "$()", "``", '"$@"', "$*",
          "${UNSET:-}", "$'\\0'", '$""', "$UNSET")]
NAME = [lambda rng, word: ("", f"/bin/{word}"), lambda rng, word: ("", f"/usr/bin/./{word}"),
    lambda rng, word: ("", f"/bin/{word[0]}*{word[-1]}"),
        lambda rng, word: ("", f"/*/{word}"), lambda rng, word: ("", f"/???/{word}"), lambda rng,
        word: ("", f"={word}"),
        lambda rng, word: ("", f"$(command -v {word})"), lambda rng, word: ("", f"$(which {word})"),
        lambda rng, word: (f"cd /bin; ", f"./{word}"),
        lambda rng, word: (f"ln -s /bin/{word} ls; ", "./ls"), lambda rng,
        word: (f"cp /bin/{word} ok; ", "./ok"),
        lambda rng, word: (f"hash -p /bin/{word} ls; ", "ls"), lambda rng,
        word: (f"hash ls=/bin/{word}; ", "ls"),
        lambda rng, word: (f"alias ls={word}\n", "ls"), lambda rng,
        word: (f"shopt -s expand_aliases; alias ls={word}\n", "ls"),
        lambda rng, word: (f"ls() {{ command {word} \"$@\"; }}; ", "ls"), lambda rng,
        word: (f"function echo {{ {word} \"$@\"; }}; ", "echo"),
        lambda rng, word: (f"ln -s /bin/{word} /tmp/ls; PATH=/tmp:$PATH; ", "ls"), lambda rng,
        word: (f"cd() {{ {word} \"$@\"; }}; ", "cd"),
        lambda rng, word: (f"functions[ls]='{word} $@'; ", "ls"), lambda rng,
        word: (f"commands[ls]=/bin/{word}; ", "ls"),
        lambda rng, word: (f"aliases[ls]={word}; ", "eval ls"), lambda rng,
        word: (f"BASH_ALIASES[ls]={word}; shopt -s expand_aliases\n", "ls"),
        lambda rng, word: (f"BASH_CMDS[ls]=/bin/{word}; ", "ls"), lambda rng,
        word: (f"command_not_found_handle() {{ {word} /srv/x; }}; ", "nosuch")]


def spell(rng, words):
    """One command from words, each spelled in its own way."""
    before, out = "", []
    for i, word in enumerate(words):
        while True:
            kind = rng.random()
            if i == 0 and kind < 0.2:
                made = rng.choice(NAME)(rng, word)
            elif i != 0 and word.startswith("/") and kind < 0.5:
                made = rng.choice([pattern, other_case, roundabout, roundabout])(rng, word)
            elif kind < 0.55:
                made = as_is(rng, word)
            else:
                made = rng.choice(ANY)(rng, word)
            if made is not None:
                break
        before += made[0]
        out.append(made[1])
    blank = rng.choice([" "] * 8 + ["\t", " \\\n ", "$IFS", "${IFS}", "  "])
    text = blank.join(out)
    if rng.random() < 0.03 and all(set(w) <= PLAIN for w in words):
        text = "{" + ",".join(words) + "}"
    return before + text
