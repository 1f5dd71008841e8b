#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The JSON schema of policies, as editors use it: schema_test.py SALLYPORT SOURCE_ROOT.

Every shipped policy is valid under it, a key that the loader does not know is invalid wherever it stands, and the file
beside the policies is what `sallyport policy schema` prints.
"""
import copy
import json
import pathlib
import subprocess
import sys
import tomllib
import unittest

import jsonschema

PROGRAM, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
POLICIES = sorted(ROOT.glob("policies/*.toml")) + sorted(ROOT.glob("policies/packs/*.toml"))
POLICIES = [path for path in POLICIES if not path.name.startswith(".")]
RULES = ("grant", "guard", "wall")
# Tables whose keys the site chooses: sets, labels, persons and targets.
FREE = ("set", "where", "users", "targets")


def tables(value, path=()):
    """Every table of a document with its path, except those with free keys."""
    if isinstance(value, dict):
        named = [step for step in path if isinstance(step, str)]
        if not (named and named[-1] in FREE) and not (len(named) >= 2 and named[-2] == "targets"):
            if not (len(named) >= 2 and named[-2] == "where"):
                yield path
        for key, item in value.items():
            yield from tables(item, path + (key,))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from tables(item, path + (index,))


class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = subprocess.run([PROGRAM, "policy", "schema"], check=True, capture_output=True, text=True, timeout=30).stdout
        cls.schema = json.loads(cls.text)
        jsonschema.Draft202012Validator.check_schema(cls.schema)
        cls.validator = jsonschema.Draft202012Validator(cls.schema)
        cls.documents = {path.name: tomllib.loads(path.read_text()) for path in POLICIES}

    def test_the_file_for_editors_is_the_schema_of_the_program(self):
        self.assertEqual((ROOT / "policies/policy.schema.json").read_text(), self.text)

    def test_every_shipped_policy_is_valid(self):
        self.assertGreaterEqual(len(self.documents), 10)
        for name, document in self.documents.items():
            with self.subTest(name):
                self.assertEqual([error.message for error in self.validator.iter_errors(document)], [])

    def test_a_key_that_nobody_knows_is_refused_in_every_table(self):
        tried, seen = 0, set()
        for name, document in self.documents.items():
            for path in tables(document):
                shape = tuple("" if isinstance(step, int) else step for step in path)
                if shape in seen:
                    continue
                seen.add(shape)
                # the rule alone, or the file without its rules: the rest only takes time
                if path and path[0] in RULES:
                    changed = {"format": 1, "name": "t", path[0]: [copy.deepcopy(document[path[0]][path[1]])]}
                    steps = (path[0], 0) + path[2:]
                else:
                    changed = copy.deepcopy({key: item for key, item in document.items() if key not in RULES})
                    steps = path
                self.assertTrue(self.validator.is_valid(changed))
                table = changed
                for step in steps:
                    table = table[step]
                table["unknown_key"] = "x"
                tried += 1
                with self.subTest(f"{name} {path}"):
                    self.assertFalse(self.validator.is_valid(changed))
        self.assertGreater(tried, 30)

    def test_a_wrong_value_is_refused(self):
        good = {"format": 1, "name": "t", "grant": [{"id": "a", "text": "t", "kind": ["exec"], "cmd": {"any": True}}]}
        self.assertTrue(self.validator.is_valid(good))
        for change in ({"kind": ["telnet"]}, {"kind": []}, {"kind": "exec"}, {"cmd": {}}, {"cmd": {"effect_only": ["reed"]}},
                       {"cmd": {"opaque": ["x"]}}, {"need": {}}, {"need": {"approval": {}}}, {"need": {"step_up": "sms"}},
                       {"need": {"approval": {"all": [{"group": "a"}], "scope": "session"}}}, {"limit": {"commands": 0}},
                       {"who": {"origin": ["robot"]}}, {"when": {"days": ["monday"]}}, {"when": {"hours": "8-20"}},
                       {"from": {"within": ["10.0.0.0/8"]}}, {"id": "A b"}, {"test": [{"as": "a", "on": "b", "exec": "ls"}]}):
            with self.subTest(str(change)):
                changed = copy.deepcopy(good)
                changed["grant"][0].update(change)
                self.assertFalse(self.validator.is_valid(changed))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
