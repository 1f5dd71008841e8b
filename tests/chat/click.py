#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Presses a button at the chat double, or types to its bot, as one of its people.

click.py --control URL REQUEST approve|deny --as PERSON     prints what the person is told
click.py --control URL --say TEXT --as PERSON               prints what the bot writes back
click.py --control URL --show                               prints every message as it now stands

The address can also come from CHAT_CONTROL. Exit 0 if it counted, 1 if it was refused or the bot said nothing, 2 for a
wrong call.
"""
import argparse
import json
import os
import sys
import urllib.error
import urllib.request


def ask(url, document=None):
    body = json.dumps(document).encode() if document is not None else None
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(url, body), timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        print("click: " + json.load(error)["error"], file=sys.stderr)
        sys.exit(1)


def show(control):
    for message in ask(control + "/messages"):
        buttons = " ".join("[%s]" % button["text"] for button in message["buttons"])
        print("--- message %d in %d, %d edits\n%s%s" % (message["message"], message["chat"], message["edits"],
                                                      message["text"], "\n" + buttons if buttons else ""))
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("request", nargs="?")
    parser.add_argument("button", nargs="?", choices=["approve", "deny"])
    parser.add_argument("--as", dest="person")
    parser.add_argument("--say")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--control", default=os.environ.get("CHAT_CONTROL"))
    options = parser.parse_args()
    if not options.control:
        parser.error("--control or CHAT_CONTROL is needed")
    if options.show:
        return show(options.control)
    if not options.person or not (options.say or options.button):
        parser.error("who does what?")
    if options.say:
        texts = ask(options.control + "/say", {"as": options.person, "text": options.say})["texts"]
        if not texts:
            print("click: the bot said nothing", file=sys.stderr)
            return 1
        print("\n".join(texts))
        return 0
    answer = ask(options.control + "/click", {"as": options.person, "id": options.request, "button": options.button})
    if answer["text"] is None:
        print("click: the bot did not answer", file=sys.stderr)
        return 1
    print(answer["text"])
    return 1 if answer["alert"] else 0  # the bot alerts the person to a click that does not count


if __name__ == "__main__":
    sys.exit(main())
