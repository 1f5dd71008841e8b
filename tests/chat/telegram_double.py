#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A Telegram Bot API double on loopback, for tests and demo. Never expose it to a network.

telegram_double.py [--port 0] [--token 1:TEST] [--chat -1001]... [--people alice=1001,bob=1002] [--log FILE]

Prints one JSON line {"api":...,"control":...,"pid":...} when ready. Bot methods, below /bot<token>/: getMe, sendMessage,
editMessageText, getUpdates (waits, confirms, 409 for a second poller), answerCallbackQuery. It is as strict as the real
one where that matters: 4096 characters, entities inside the text, callback_data of 1 to 64 bytes, unknown chats.

Control plane, JSON in and out:
  GET  /control/messages       all messages with text, entities, buttons and the number of edits
  GET  /control/stats          counts of calls
  POST /control/click          {"as":"bob","button":"approve"} and one of "id" (a text of the message, such as a request
                               id; the newest message with buttons that has it) or "message" (its number);
                               "value", "chat", "from" replace what a real click would carry;
                               answers with what the person sees, after at most "wait" seconds (10)
  POST /control/say            {"as":"bob","text":"/link ABC"}: a private message to the bot; answers with what the bot
                               then writes to that person, after at most "wait" seconds (10)
  POST /control/update         any update object, as it is (forged ones too)
  POST /control/fault          {"method":"sendMessage","status":429,"count":2,"retry_after":1,"delay":0}; status 0 only
                               delays, "drop" breaks the connection
"""
import argparse
import datetime
import json
import os
import signal
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MAX_TEXT = 4096
MAX_CALLBACK = 64
MAX_ANSWER = 200
ENTITIES = {"code", "pre", "bold", "italic", "underline", "strikethrough", "text_link"}


class Refused(Exception):
    def __init__(self, status, description, **parameters):
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


def units(text):
    return len(text.encode("utf-16-le")) // 2


class Platform:
    """The state: messages, updates that wait, faults to inject. One lock for all of it."""

    def __init__(self, options):
        self.lock = threading.Condition()
        self.chats = {int(chat) for chat in options.chat}
        self.people = dict(pair.split("=") for pair in options.people.split(",") if pair)
        self.people = {name: int(number) for name, number in self.people.items()}
        self.log = open(options.log, "a", encoding="utf-8") if options.log else None
        self.messages, self.updates, self.queries, self.faults = {}, [], {}, []
        self.stats, self.next_message, self.next_update, self.poller = {}, 1, 1, 0

    def note(self, what, text):
        if self.log:
            stamp = datetime.datetime.now().strftime("%H:%M:%S")
            self.log.write(f"--- {stamp} {what}\n{text}\n")
            self.log.flush()

    # ---- faults

    def fault_for(self, method):
        with self.lock:
            self.stats[method] = self.stats.get(method, 0) + 1
            for fault in self.faults:
                if fault.get("method", method) == method and fault["count"] > 0:
                    fault["count"] -= 1
                    return fault
        return None

    # ---- bot methods

    def checked(self, arguments):
        text = arguments.get("text")
        if not isinstance(text, str) or not text.strip():
            raise Refused(400, "Bad Request: message text is empty")
        if units(text) > MAX_TEXT:
            raise Refused(400, "Bad Request: message is too long")
        for entity in arguments.get("entities", []):
            offset, length = entity["offset"], entity["length"]
            if entity["type"] not in ENTITIES or offset < 0 or length <= 0 or offset + length > units(text):
                raise Refused(400, "Bad Request: entity beyond the text")
        rows = arguments.get("reply_markup", {}).get("inline_keyboard", [])
        for button in (button for row in rows for button in row):
            if not 1 <= len(button.get("callback_data", "").encode()) <= MAX_CALLBACK or not button.get("text"):
                raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
        return {"text": text, "entities": arguments.get("entities", []),
                "buttons": [button for row in rows for button in row]}

    def send_message(self, arguments):
        content = self.checked(arguments)
        chat = arguments.get("chat_id")
        if chat not in self.chats and chat not in self.people.values():
            raise Refused(400, "Bad Request: chat not found")
        number = self.next_message
        self.next_message += 1
        self.messages[number] = {"message": number, "chat": chat, "edits": 0, **content}
        self.note(f"message {number} to {chat}", self.drawn(content))
        self.lock.notify_all()
        return {"message_id": number, "date": int(time.time()), "chat": {"id": chat}, "text": content["text"]}

    def edit_message_text(self, arguments):
        content = self.checked(arguments)
        message = self.messages.get(arguments.get("message_id"))
        if not message or message["chat"] != arguments.get("chat_id"):
            raise Refused(400, "Bad Request: message to edit not found")
        if all(message[key] == content[key] for key in content):
            raise Refused(400, "Bad Request: message is not modified: specified new message content and reply markup "
                               "are exactly the same")
        message.update(content, edits=message["edits"] + 1)
        self.note(f"edit of message {message['message']}", self.drawn(content))
        self.lock.notify_all()
        return {"message_id": message["message"], "chat": {"id": message["chat"]}, "text": content["text"]}

    def get_updates(self, arguments):
        self.poller += 1
        mine = self.poller
        self.lock.notify_all()  # the poller before this one is terminated
        offset = arguments.get("offset", 0)
        self.updates = [update for update in self.updates if update["update_id"] >= offset]
        end = time.monotonic() + min(max(arguments.get("timeout", 0), 0), 50)
        while not self.updates and time.monotonic() < end and self.poller == mine:
            self.lock.wait(end - time.monotonic())
        if self.poller != mine:
            raise Refused(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance "
                               "is running")
        self.poller += 1  # a poll that has ended cannot be in conflict any more
        return self.updates[:max(1, min(arguments.get("limit", 100), 100))]

    def answer_callback_query(self, arguments):
        text = arguments.get("text", "")
        if units(text) > MAX_ANSWER:
            raise Refused(400, "Bad Request: MESSAGE_TOO_LONG")
        query = self.queries.get(arguments.get("callback_query_id"))
        if query is None or query["answer"] is not None:
            raise Refused(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        query["answer"] = {"text": text, "alert": bool(arguments.get("show_alert"))}
        self.note(f"told to {query['as']} alone", text)
        self.lock.notify_all()
        return True

    def call(self, method, arguments):
        methods = {"sendMessage": self.send_message, "editMessageText": self.edit_message_text,
                   "getUpdates": self.get_updates, "answerCallbackQuery": self.answer_callback_query,
                   "getMe": lambda _: {"id": 1, "is_bot": True, "username": "double_bot"}}
        if method not in methods:
            raise Refused(404, "Not Found")
        with self.lock:
            return methods[method](arguments)

    # ---- control plane

    @staticmethod
    def drawn(content):
        buttons = " ".join(f"[{button['text']}]" for button in content["buttons"])
        return content["text"] + ("\n" + buttons if buttons else "")

    def push(self, update):
        update.setdefault("update_id", self.next_update)
        self.next_update = max(self.next_update, update["update_id"]) + 1
        self.updates.append(update)
        self.lock.notify_all()

    def person(self, request):
        name = request.get("as", "")
        number = request.get("from", self.people.get(name))
        if number is None:
            raise Refused(400, f"no such person: {name}")
        return {"id": number, "is_bot": False, "username": name, "first_name": name.capitalize()}

    def wait_for(self, seconds, ready):
        end = time.monotonic() + seconds
        while not ready() and time.monotonic() < end:
            self.lock.wait(end - time.monotonic())
        return ready()

    def find_message(self, request):
        if "message" in request:
            return self.messages.get(int(request["message"]))
        fitting = [message for message in self.messages.values() if request.get("id", "\0") in message["text"]]
        with_buttons = [message for message in fitting if message["buttons"]]
        return (with_buttons or fitting or [None])[-1]

    def click(self, request):
        message = self.find_message(request)
        if message is None and "value" not in request:
            raise Refused(404, "no such message")
        value = request.get("value")
        if value is None:
            wanted = request.get("button", "").lower()
            values = [button["callback_data"] for button in message["buttons"]
                      if button["text"].lower().endswith(wanted)]
            if not values:
                raise Refused(409, "the message has no such button")
            value = values[0]
        number = f"q{len(self.queries) + 1}"
        self.queries[number] = query = {"as": request.get("as"), "answer": None}
        shown = message or {"message": request.get("message", 0), "chat": 0, "text": ""}
        self.push({"callback_query": {
            "id": number, "from": self.person(request), "chat_instance": "1", "data": value,
            "message": {"message_id": shown["message"], "date": int(time.time()),
                        "chat": {"id": request.get("chat", shown["chat"]), "type": "supergroup"},
                        "text": shown["text"]}}})
        self.wait_for(request.get("wait", 10), lambda: query["answer"] is not None)
        return query["answer"] or {"text": None}

    def say(self, request):
        person = self.person(request)
        before = self.next_message
        self.push({"message": {"message_id": 1000000 + self.next_update, "date": int(time.time()), "from": person,
                               "chat": {"id": person["id"], "type": "private"}, "text": request["text"]}})

        def answers():
            return [message["text"] for number, message in self.messages.items()
                    if number >= before and message["chat"] == person["id"]]
        return {"texts": self.wait_for(request.get("wait", 10), answers) or []}

    def control(self, name, request):
        with self.lock:
            if name == "messages":
                return list(self.messages.values())
            if name == "stats":
                return self.stats
            if name == "click":
                return self.click(request)
            if name == "say":
                return self.say(request)
            if name == "update":
                self.push(request)
                return {}
            if name == "fault":
                self.faults.append({"count": 1, **request})
                return {}
        raise Refused(404, "no such control")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    platform, token = None, ""

    def log_message(self, *_):
        pass

    def reply(self, status, document):
        body = json.dumps(document).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    def arguments(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return json.loads(body) if body else {}

    def inject(self, fault):
        time.sleep(fault.get("delay", 0))
        if fault.get("drop"):
            self.close_connection = True
            self.connection.close()
            return True
        status = fault.get("status", 0)
        if status == 0:
            return False
        parameters = {"retry_after": fault["retry_after"]} if "retry_after" in fault else {}
        self.reply(status, {"ok": False, "error_code": status, "description": "injected", "parameters": parameters})
        return True

    def bot(self, path):
        token, _, method = path.partition("/")
        arguments = self.arguments()
        if token != "bot" + self.token:
            return self.reply(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
        fault = self.platform.fault_for(method)
        if fault and self.inject(fault):
            return None
        try:
            return self.reply(200, {"ok": True, "result": self.platform.call(method, arguments)})
        except Refused as refused:
            return self.reply(refused.status, {"ok": False, "error_code": refused.status,
                                               "description": refused.description, "parameters": refused.parameters})

    def handle_any(self):
        path = urllib.parse.urlsplit(self.path).path.lstrip("/")
        if path.startswith("bot"):
            return self.bot(path)
        try:
            return self.reply(200, self.platform.control(path.removeprefix("control/"), self.arguments()))
        except (Refused, ValueError, KeyError) as refused:
            return self.reply(getattr(refused, "status", 400), {"error": str(refused)})

    do_GET = do_POST = handle_any


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default="1:TEST")
    parser.add_argument("--chat", action="append", default=[])
    parser.add_argument("--people", default="alice=1001,bob=1002,carol=1003,mallory=1004")
    parser.add_argument("--log", default="")
    options = parser.parse_args()
    options.chat = options.chat or ["-1001"]
    Handler.platform, Handler.token = Platform(options), options.token
    server = ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    server.daemon_threads = True
    address = f"http://127.0.0.1:{server.server_address[1]}"
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    print(json.dumps({"api": address, "control": address + "/control", "pid": os.getpid()}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(0)
