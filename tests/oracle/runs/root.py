# SPDX-License-Identifier: Apache-2.0
"""Makes the tree in which lines run: recorders under every name, real shells and tools in /real.

A recorder becomes the real program only for names in REAL. None of those can do harm that matters
in a read-only tree without capabilities, network or a file of anybody.
"""
import os
import pathlib
import shutil
import subprocess
import tomllib

HERE = pathlib.Path(__file__).parent
SHELLS = {"bash": "bash", "dash": "dash", "zsh": "zsh", "busybox": "busybox", "ash": "busybox",
    "sh": "dash"}
REAL = """
env nice nohup timeout stdbuf setsid ionice chrt taskset choom flock script xargs find tar sed awk
mawk sort split tee tr cut rev head tail cat tac base64 base32 basenc xxd od gzip gunzip zcat uniq
comm paste fold fmt nl wc seq echo printf test [ true expr mktemp mkdir touch ln cp mv chmod
readlink realpath dirname basename stat git ssh make ed time sleep pwd id date ls grep diff join
expand pr csplit install strace run-parts perl
""".split()
ONLY_RECORDED = "mkfs mkfs.ext4 mkfs.xfs wipefs shutdown reboot poweroff halt dropdb sudoedit"
FOLDERS = """
bin usr/bin usr/sbin sbin usr/local/bin usr/local/sbin real rec etc tmp srv home root dev proc
device usr/lib lib lib64 opt
"""


def libraries(program):
    found = subprocess.run(["ldd", program], capture_output=True, text=True).stdout
    return [word for line in found.splitlines() for word in line.split() if word.startswith("/")]


def copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        shutil.copyfile(os.path.realpath(source), target)
        target.chmod(0o755)


def recorded_names(knowledge):
    with open(knowledge, "rb") as file:
        base = tomllib.load(file)
    names = set(base.get("c", {})) | set(ONLY_RECORDED.split()) | set(REAL) | set(SHELLS)
    for group in base.get("readers", {}).values():
        if isinstance(group, list):
            names |= {name for name in group if isinstance(name, str)}
    return {name for name in names if "/" not in name and not name.startswith(".")
        and len(name) < 60}


def build(root, knowledge, compiler="gcc"):
    """Fills the empty directory `root` and returns the path of the runner."""
    root = pathlib.Path(root)
    tree, tools = root / "tree", root / "tools"
    for folder in FOLDERS.split():
        (tree / folder).mkdir(parents=True, exist_ok=True)
    tools.mkdir()
    for name in ("recorder", "runner"):
        subprocess.run([compiler, "-O1", "-Wall", "-Wextra", "-Werror", "-static", "-o",
            tools / name,
                        HERE / f"{name}.c"], check=True)
    real = {name: shutil.which(program) for name, program in SHELLS.items()}
    missing = [name for name, path in real.items() if path is None]
    if missing:
        raise SystemExit(f"the oracle needs these shells: {' '.join(missing)}")
    for name in REAL:
        path = shutil.which(name)
        if path is not None:
            real[name] = path
    for name, path in real.items():
        copy(path, tree / "real" / name)
        for library in libraries(path):
            copy(library, tree / library.lstrip("/"))
    modules = pathlib.Path("/usr/lib/x86_64-linux-gnu/zsh")
    if modules.is_dir():
        shutil.copytree(modules, tree / str(modules).lstrip("/"))
        for module in modules.rglob("*.so"):
            for library in libraries(module):
                copy(library, tree / library.lstrip("/"))
    for device in ("null", "zero", "urandom"):
        (tree / "device" / device).touch()
    recorder = tree / "usr/bin/.recorder"
    copy(tools / "recorder", recorder)
    for name in recorded_names(knowledge):
        for folder in ("usr/bin", "bin"):
            os.link(recorder, tree / folder / name)
    return tools / "runner", tree
