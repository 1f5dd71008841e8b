# SPDX-License-Identifier: Apache-2.0
"""Ways to have a text run by a shell: each takes (rng, text) and returns a text that runs it."""
import base64
import pathlib
import re

from words import quoted as q

SHELLS = ["sh", "bash", "dash", "zsh -f", "bash -s", "sh -", "/bin/sh", "env sh", "busybox sh",
    "nice bash"]


def rot(text):
    letters = "abcdefghijklmnopqrstuvwxyz"
    return text.translate(str.maketrans(letters, letters[13:] + letters[:13]))


def in_double(text):
    return re.sub(r'([\\"$`])', r"\\\1", text)


MAKERS = {
    "t": lambda t: t, "q": q, "qq": lambda t: q(q(t)), "s": lambda t: q(t)[1:-1], "d": in_double,
    "git": lambda t: q("!" + t),
    "ext": lambda t: q("ext::sh -c " + t.replace("%", "%%").replace(" ", "% ")),
    "sh": lambda t: q("sh -c " + q(t)),
    "call": lambda t: q(t + " #"), "semi": lambda t: q("; " + t),
    "match": lambda t: q('"' + t + '"'), "make": lambda t: q(t.replace("$", "$$")),
    "blanks": lambda t: "true" + " " * 12000, "trues": lambda t: "true; " * 60,
}
HOLE = re.compile(r"\{(" + "|".join(MAKERS) + r")\}")


def templates():
    lines = (pathlib.Path(__file__).parent / "wrappers.txt").read_text().splitlines()
    return [line.replace("⏎", "\n") for line in lines if line
        and (not line.startswith("# ") or "⏎" in line)]


def from_template(template):
    return lambda rng, text: HOLE.sub(lambda found: MAKERS[found[1]](text), template)


def encoded(rng, text):
    data, shell = text.encode("latin-1", "replace"), rng.choice(SHELLS)
    b64, hexed = base64.b64encode(data).decode(), data.hex()
    octal = "".join(f"\\{byte:03o}" for byte in data)
    return rng.choice([
        f"echo {b64} | base64 -d | {shell}", f"base64 -d <<< {b64} | {shell}",
        f"{shell} <<< \"$(echo {b64} | base64 -d)\"",
        f"eval \"$(echo {b64} | base64 --decode)\"", f"echo {hexed} | xxd -r -p | {shell}",
        f"printf '{octal}' | {shell}",
        f"printf '%b' '{octal}' | {shell}", f"eval $'{octal}'", f"eval \"$(printf '{octal}')\"",
        f"{shell} -c \"$(printf '{octal}')\"",
        f"echo {q(rot(text))} | tr a-z n-za-m | {shell}",
        f"printf %s {q(text[::-1])} | rev | {shell}", f"base64 -d <<E | {shell}\n{b64}\nE\n",
        f"bash <(echo {b64} | base64 -d)", f". <(echo {b64} | base64 -d)",
        f"echo -e '{octal.replace(chr(92), chr(92) + '0')}' | {shell}",
        f"echo {b64} > b; base64 -d b | {shell}", f"x=$(echo {b64} | base64 -d); eval \"$x\"",
        f"{shell} -c \"$(base64 -d <<< {b64})\"",
        f"$(echo {b64} | base64 -d)", f"echo {q(text)} | gzip | gunzip | {shell}",
        f"awk 'BEGIN{{printf \"{octal}\"}}' | {shell}",
        f"echo {q(text.upper())} | tr A-Z a-z | {shell}",
        f"echo {q(text + ' x')} | cut -d' ' -f1-{text.count(' ') + 1} | {shell}"])


def here_document(rng, text):
    end = rng.choice(["E", "EOF", "_x"])
    reader = rng.choice(SHELLS + ["sh -s a b", ". /dev/stdin", "source /dev/stdin", "cat | sh",
        "tee | bash", "sh /dev/stdin", "bash /proc/self/fd/0",
                                  "eval \"$(cat)\"", "while IFS= read -r l; do eval \"$l\"; done",
                                  "xargs -d '\\n' -n1 sh -c", "exec sh", "{ sh; }"])
    operator = rng.choice([f"<<'{end}'", f"<<\\{end}", f"<<-'{end}'", f"<<\"{end}\"",
        f"<<E'{end[1:]}'" if end[0] == "E" else f"<<'{end}'"])
    return rng.choice([f"{reader} {operator}\n{text}\n{end}\n"] * 3
        + [f"{operator} {reader}\n{text}\n{end}\n"])


def written(rng, text):
    return rng.choice([f"echo {q(text)} > s; ", f"printf %s {q(text)} > s && ",
        f"cat > s <<'E'\n{text}\nE\n", f"tee s <<< {q(text)} > /dev/null; "]) + rng.choice(
        ["sh s", "bash ./s", ". ./s", "source ./s", "sh < s", "chmod +x s; ./s", "cat s | sh",
        "bash -c \"$(cat s)\"", "BASH_ENV=s bash -c :", "env -i bash s",
         "ENV=./s sh -i -c :", "eval \"$(<s)\"", "cp s t; sh t", "exec bash s",
         "bash --rcfile s -i < /dev/null", "$(cat s)", "mapfile -t a < s; eval \"${a[*]}\"",
         "while read -r l; do eval \"$l\"; done < s", "xargs -d '\\n' sh -c < s",
         "HOME=. bash -lc :", "ln s ok; sh ok"])


def c_string(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def other_language(rng, text):
    code = c_string(text)
    perl = code.replace("$", "\\$").replace("@", "\\@")
    made = text.replace("$", "$$")
    replaced = "s/.*/" + text.replace("/", "\\/") + "/"
    ways = [
        f"awk {q(f'BEGIN{{system({code})}}')}", f"awk {q(f'BEGIN{{{code} | getline}}')}",
        f"awk {q(f'BEGIN{{print 1 | {code}}}')}", f"mawk {q(f'{{system({code})}}')} /etc/motd",
        f"perl -e {q(f'system({perl})')}",
    ]
    if "\n" not in text:
        ways += [
            f"sed {q('1e ' + text)} /etc/motd", f"echo {q(text)} | sed e",
            f"echo a | sed {q(replaced + 'e')}", f"echo {q('!' + text)} | ed -s",
            f"printf '%s\\n' 'a:' {q(chr(9) + made)} | make -f - a",
            f"make --eval {q('a:;' + made)} a",
            f"sed -n {q('1{' + replaced + ';e' + chr(10) + '}')} /etc/motd",
        ]
    return rng.choice(ways)


ALL = [from_template(template) for template in templates()]
WEIGHTED = [lambda rng, text: rng.choice(ALL)(rng, text)] * 8 + [encoded, here_document, written,
    other_language]


def wrap(rng, text):
    return rng.choice(WEIGHTED)(rng, text)
