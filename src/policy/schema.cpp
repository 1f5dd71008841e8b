// SPDX-License-Identifier: Apache-2.0
#include "sallyport/policy/policy.hpp"

namespace sallyport::policy {

std::string_view schema() {
    return R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "Sallyport policy, format 1",
  "type": "object",
  "required": ["format", "name"],
  "additionalProperties": false,
  "properties": {
    "format": {"const": 1},
    "name": {"type": "string", "minLength": 1},
    "include": {"$ref": "#/$defs/texts", "description": "packs, read before this file"},
    "drop": {"$ref": "#/$defs/texts", "description": "ids of rules of earlier files that no longer hold"},
    "set": {"type": "object", "additionalProperties": {"$ref": "#/$defs/texts"}},
    "grant": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/grant"}},
    "guard": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/guard"}},
    "wall": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/wall"}},
    "fixture": {
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "users": {"type": "object", "additionalProperties": {
          "type": "object", "additionalProperties": false,
          "properties": {"groups": {"$ref": "#/$defs/texts"}, "origin": {"$ref": "#/$defs/origin"}}}},
        "targets": {"type": "object", "additionalProperties": {
          "type": "object", "additionalProperties": {"type": "string", "minLength": 1}}},
        "default": {"type": "object", "additionalProperties": false, "properties": {
          "account": {"type": "string"}, "from": {"type": "string"}, "user": {"type": "string"},
          "target": {"type": "string"}, "at": {"type": "string", "format": "date-time"}}}
      }
    }
  },
  "$defs": {
    "texts": {"type": "array", "minItems": 1, "uniqueItems": true, "items": {"type": "string"}},
    "origin": {"enum": ["human", "machine", "agent"]},
    "effects": {"type": "array", "minItems": 1, "uniqueItems": true, "items": {"enum": [
      "read", "write", "delete", "destroy", "privilege", "persistence", "interpreter", "network",
      "exfil", "service", "secrets", "session-state", "guard-break"]}},
    "opaque": {"type": "array", "minItems": 1, "uniqueItems": true, "items": {"enum": [
      "hole-command", "glob-command", "hole-option", "eval-hole", "stdin-script", "script-file",
      "interpreter", "editor", "pager", "interactive", "unknown-program", "unknown-option",
      "env-code", "rebound-name", "arith-eval", "remote-shell", "db-script", "unsupported-syntax",
      "over-limit"]}},
    "kind": {"type": "array", "minItems": 1, "uniqueItems": true, "items": {"enum": [
      "connect", "exec", "line", "script", "shell", "sftp.read", "sftp.write", "sftp.*",
      "scp.read", "scp.write", "scp.*", "rsync.read", "rsync.write", "rsync.*", "git",
      "forward.local", "forward.remote", "forward.*", "agent-forward", "x11", "subsystem",
      "unguarded-shell"]}},
    "who": {"type": "object", "minProperties": 1, "additionalProperties": false, "properties": {
      "groups": {"$ref": "#/$defs/texts"}, "users": {"$ref": "#/$defs/texts"},
      "declared": {"$ref": "#/$defs/texts"},
      "origin": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/origin"}},
      "not": {"$ref": "#/$defs/who"}}},
    "where": {"type": "object", "minProperties": 1,
      "properties": {"not": {"$ref": "#/$defs/where"}},
      "additionalProperties": {"$ref": "#/$defs/texts"},
      "description": "name, account, and any label of the target"},
    "from": {"oneOf": [{"$ref": "#/$defs/texts"},
      {"type": "object", "required": ["not"], "additionalProperties": false,
       "properties": {"not": {"$ref": "#/$defs/texts"}}}]},
    "when": {"type": "object", "minProperties": 1, "additionalProperties": false, "properties": {
      "days": {"type": "array", "minItems": 1, "items": {"enum": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}},
      "hours": {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$"},
      "zone": {"type": "string"}, "after": {"type": "string", "format": "date-time"},
      "before": {"type": "string", "format": "date-time"}, "not": {"$ref": "#/$defs/when"}}},
    "cmd": {"type": "object", "minProperties": 1, "additionalProperties": false, "properties": {
      "any": {"const": true},
      "name": {"$ref": "#/$defs/texts"},
      "argv": {"type": "array", "minItems": 1, "items": {"type": "array", "minItems": 1, "items": {"type": "string"}}},
      "sub": {"type": "array", "minItems": 1, "items": {"type": "array", "minItems": 1, "items": {"type": "string"}}},
      "opt": {"$ref": "#/$defs/texts"}, "operand": {"$ref": "#/$defs/texts"},
      "effect": {"$ref": "#/$defs/effects"}, "effect_only": {"$ref": "#/$defs/effects"},
      "reads": {"$ref": "#/$defs/texts"}, "writes": {"$ref": "#/$defs/texts"},
      "deletes": {"$ref": "#/$defs/texts"}, "path": {"$ref": "#/$defs/texts"},
      "net": {"$ref": "#/$defs/texts"}, "privilege": {"type": "boolean"},
      "as": {"$ref": "#/$defs/texts"}, "via": {"$ref": "#/$defs/texts"},
      "opaque": {"oneOf": [{"type": "boolean"}, {"$ref": "#/$defs/opaque"}]},
      "env": {"$ref": "#/$defs/texts"}, "cwd": {"$ref": "#/$defs/texts"},
      "not": {"$ref": "#/$defs/cmd"}}},
    "unit": {"type": "object", "minProperties": 1, "additionalProperties": false, "properties": {
      "parse": {"type": "array", "minItems": 1, "items": {"enum": ["ok", "incomplete", "error", "over-limit"]}},
      "notice": {"type": "array", "minItems": 1, "items": {"enum": [
        "bidi", "control", "carriage-return", "nul", "mixed-script", "invalid-utf8"]}}}},
    "any_of": {"type": "array", "minItems": 1, "items": {"type": "object", "minProperties": 1,
      "additionalProperties": false, "properties": {"cmd": {"$ref": "#/$defs/cmd"},
        "path": {"$ref": "#/$defs/texts"}, "to": {"$ref": "#/$defs/texts"},
        "unit": {"$ref": "#/$defs/unit"}}}},
    "need": {"type": "object", "minProperties": 1, "additionalProperties": false, "properties": {
      "approval": {"type": "object", "required": ["all"], "additionalProperties": false, "properties": {
        "all": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["group"],
          "additionalProperties": false, "properties": {
            "group": {"oneOf": [{"type": "string"}, {"$ref": "#/$defs/texts"}]},
            "count": {"type": "integer", "minimum": 1, "maximum": 20}}}},
        "ttl": {"type": "string", "pattern": "^[0-9]+[smhd]$"},
        "scope": {"enum": ["once", "exact", "rule"]},
        "confirm": {"enum": ["none", "totp", "web", "ssh"]}}},
      "step_up": {"const": "totp"}, "reason": {"type": "boolean"},
      "mask": {"$ref": "#/$defs/texts"}, "notify": {"$ref": "#/$defs/texts"},
      "output": {"enum": ["text", "always", "refuse-binary"]}, "record": {"const": "all"}}},
    "test": {"type": "array", "items": {"type": "object", "required": ["as", "on", "expect"],
      "additionalProperties": false, "properties": {
        "as": {"type": "string"}, "on": {"type": "string"}, "exec": {"type": "string"},
        "line": {"type": "string"}, "script": {"type": "string"}, "sftp": {"type": "string"},
        "scp": {"type": "string"}, "rsync": {"type": "string"}, "forward": {"type": "string"},
        "forward_remote": {"type": "string"}, "kind": {"type": "string"},
        "account": {"type": "string"}, "from": {"type": "string"},
        "at": {"type": "string", "format": "date-time"}, "declare": {"type": "string"},
        "expect": {"enum": ["deny", "allow", "step-up", "approve"]}, "rule": {"type": "string"},
        "by": {"$ref": "#/$defs/texts"}, "count": {"type": "integer", "minimum": 1},
        "notify": {"$ref": "#/$defs/texts"}, "mask": {"$ref": "#/$defs/texts"},
        "confirm": {"enum": ["none", "totp", "web", "ssh"]}}}},
    "id": {"type": "string", "pattern": "^[a-z0-9._-]{1,64}$"},
    "grant": {"type": "object", "required": ["id", "text", "kind"], "additionalProperties": false, "properties": {
      "id": {"$ref": "#/$defs/id"}, "text": {"type": "string"}, "message": {"type": "string"},
      "who": {"$ref": "#/$defs/who"}, "where": {"$ref": "#/$defs/where"}, "kind": {"$ref": "#/$defs/kind"},
      "from": {"$ref": "#/$defs/from"}, "when": {"$ref": "#/$defs/when"}, "cmd": {"$ref": "#/$defs/cmd"},
      "path": {"$ref": "#/$defs/texts"}, "to": {"$ref": "#/$defs/texts"}, "any_of": {"$ref": "#/$defs/any_of"},
      "limit": {"type": "object", "additionalProperties": false, "minProperties": 1,
        "properties": {"commands": {"type": "integer", "minimum": 1}}},
      "need": {"$ref": "#/$defs/need"}, "test": {"$ref": "#/$defs/test"}}},
    "guard": {"type": "object", "required": ["id", "text", "need"], "additionalProperties": false, "properties": {
      "id": {"$ref": "#/$defs/id"}, "text": {"type": "string"}, "message": {"type": "string"},
      "who": {"$ref": "#/$defs/who"}, "where": {"$ref": "#/$defs/where"}, "kind": {"$ref": "#/$defs/kind"},
      "from": {"$ref": "#/$defs/from"}, "when": {"$ref": "#/$defs/when"}, "cmd": {"$ref": "#/$defs/cmd"},
      "unit": {"$ref": "#/$defs/unit"}, "path": {"$ref": "#/$defs/texts"}, "to": {"$ref": "#/$defs/texts"},
      "any_of": {"$ref": "#/$defs/any_of"}, "need": {"$ref": "#/$defs/need"},
      "yields": {"$ref": "#/$defs/texts"}, "test": {"$ref": "#/$defs/test"}}},
    "wall": {"type": "object", "required": ["id", "text"], "additionalProperties": false, "properties": {
      "id": {"$ref": "#/$defs/id"}, "text": {"type": "string"}, "message": {"type": "string"},
      "who": {"$ref": "#/$defs/who"}, "where": {"$ref": "#/$defs/where"}, "kind": {"$ref": "#/$defs/kind"},
      "from": {"$ref": "#/$defs/from"}, "when": {"$ref": "#/$defs/when"}, "cmd": {"$ref": "#/$defs/cmd"},
      "unit": {"$ref": "#/$defs/unit"}, "path": {"$ref": "#/$defs/texts"}, "to": {"$ref": "#/$defs/texts"},
      "any_of": {"$ref": "#/$defs/any_of"}, "yields": {"$ref": "#/$defs/texts"},
      "test": {"$ref": "#/$defs/test"}}}
  }
}
)json";
}

} // namespace sallyport::policy
