#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads every include and every module_uses and fails on an arrow that layers.txt does not have.

Also checks what the house style can check by text: one SPDX line a file, no third-party header in include/,
file lengths, and that libssh, SQLite, OpenSSL and the like are included by their one module only.
Usage: layers_test.py SOURCE_ROOT [--print]
"""
import os
import re
import sys

# header prefix -> the only modules whose files may include it (tests are free)
OWNERS = {
    "libssh/": {"ssh"},
    "sqlite3.h": {"store"},
    "openssl/": {"crypto"},
    "curl/": {"http"},
    "boost/": {"http", "web"},
    "security/": {"pam"},
    "liboath/": {"totp"},
    "toml++/": {"config", "policy", "facts", "mask"},
    "nlohmann/": {"jwt", "oidc", "notify", "cli", "audit", "supervisor", "store", "record", "os", "config"},
    "CLI/": {"cli"},
    "spdlog/": {"os"},
    "fmt/": {"os"},
    "seccomp.h": {"os"},
    "utf8proc.h": {"editor"},
    "zstd.h": {"record"},
}
PURE = {"wire", "cert", "jwt", "shell", "facts", "policy", "term", "prompt", "editor", "mask", "record", "sftp",
        "config", "model"}
IMPURE_HEADERS = {"unistd.h", "fcntl.h", "poll.h", "sys/socket.h", "sys/wait.h", "netdb.h", "signal.h", "csignal"}
LONGEST = 600


def read_layers(root):
    table = {}
    for line in open(os.path.join(root, "tests/architecture/layers.txt"), encoding="utf-8"):
        line = line.split("#")[0].strip()
        if line:
            module, _, uses = line.partition(":")
            table[module.strip()] = set(uses.split())
    return table


def closure_is_downward(table, faults):
    seen = []
    for module, uses in table.items():
        for used in uses:
            if used not in seen:
                faults.append(f"layers.txt: {module} uses {used}, which does not stand above it")
        seen.append(module)


def module_of(path):
    parts = path.split("/")
    if parts[:2] == ["include", "sallyport"]:
        return parts[2]
    return parts[1] if parts[0] == "src" and len(parts) > 2 else None


def check_file(root, path, table, arrows, faults):
    module = module_of(path)
    text = open(os.path.join(root, path), encoding="utf-8").read()
    lines = text.split("\n")
    if "SPDX-License-Identifier: Apache-2.0" not in "\n".join(lines[:3]):
        faults.append(f"{path}: no SPDX line")
    if len(lines) > LONGEST and "table" not in "\n".join(lines[:12]).lower():
        faults.append(f"{path}: {len(lines)} lines, the limit is {LONGEST}")
    for number, line in enumerate(lines, 1):
        match = re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line)
        if not match:
            continue
        header = match.group(1)
        where = f"{path}:{number}"
        ours = re.match(r"sallyport/([a-z]+)/", header)
        if ours and module != "main":
            used = ours.group(1)
            arrows.setdefault(module, set()).add(used)
            if used != module and used not in table.get(module, set()):
                faults.append(f"{where}: {module} may not include {used}")
        for prefix, owners in OWNERS.items():
            if header.startswith(prefix):
                if path.startswith("include/"):
                    faults.append(f"{where}: third-party header `{header}` in a public header")
                elif module not in owners:
                    faults.append(f"{where}: `{header}` belongs to {', '.join(sorted(owners))}")
        if module in PURE and header in IMPURE_HEADERS:
            faults.append(f"{where}: {module} is pure and may not include `{header}`")


def check_uses(root, table, faults):
    count = 0
    for module in table:
        path = os.path.join(root, "src", module, "meson.build")
        if not os.path.exists(path):
            continue
        count += 1
        text = open(path, encoding="utf-8").read()
        match = re.search(r"module_uses\s*=\s*\[(.*?)\]", text, re.S)
        linked = set(re.findall(r"'([a-z]+)'", match.group(1))) if match else set()
        for extra in sorted(linked - table[module]):
            faults.append(f"src/{module}/meson.build: links {extra}, which layers.txt does not allow")
    return count


def main():
    root = sys.argv[1]
    table, arrows, faults = read_layers(root), {}, []
    closure_is_downward(table, faults)
    files = 0
    for top in ("include", "src"):
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in sorted(names):
                if name.endswith((".hpp", ".cpp", ".h", ".c")):
                    files += 1
                    path = os.path.relpath(os.path.join(folder, name), root)
                    if module_of(path) not in table and module_of(path) != "main":
                        faults.append(f"{path}: stands in no module of layers.txt")
                        continue
                    check_file(root, path, table, arrows, faults)
    linked = check_uses(root, table, faults)
    if "--print" in sys.argv:
        for module in table:
            if module in arrows or os.path.exists(os.path.join(root, "src", module)):
                print(f"{module:>10} -> {' '.join(sorted(arrows.get(module, set()) - {module}))}")
    for fault in faults:
        print(fault)
    # A check that looked at nothing is a fault of its own.
    if files < 40 or linked < 4:
        print(f"only {files} files and {linked} modules found under {root}")
        return 1
    print(f"layers: {files} files, {linked} modules, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
