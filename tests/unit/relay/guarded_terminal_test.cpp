// SPDX-License-Identifier: Apache-2.0
// A person, a judge and a target without a shell: what each of them sees.
#include "guarded_terminal.hpp"

#include <cstdio>

#include "../editor/virtual_screen.hpp"
#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::relay;
using Outcome = Judgement::Outcome;
using prompt::State;

namespace {

class Counter final : public prompt::NonceSource {
  public:
    std::string fresh() override {
        char text[32];
        std::snprintf(text, sizeof text, "%024d", ++count_);
        return text;
    }

  private:
    int count_ = 0;
};

struct Show {
    std::string operator()(const prompt::ToTarget &a) const {
        if (a.bytes.rfind(":sp1 ", 0) != 0)
            return a.bytes.size() > 1000 ? "stub" : "raw(" + a.bytes + ")";
        const auto line = a.bytes.find('\n');
        const auto unit = a.bytes.find('\n', line + 1);
        return "frame(" + a.bytes.substr(line + 1, unit - line - 1) + "|" +
               a.bytes.substr(unit + 1, a.bytes.size() - unit - 2) + ")";
    }
    std::string operator()(const ToPerson &) const { return ""; } // seen on the screen
    std::string operator()(const AskUnit &a) const {
        return "ask(" + std::to_string(a.unit) + "|" + a.text + "|" + a.cwd + "|" + a.definitions +
               ")";
    }
    std::string operator()(const CancelUnit &a) const {
        return "cancel(" + std::to_string(a.unit) + ")";
    }
    std::string operator()(const UnitStarted &a) const {
        return "started(" + std::to_string(a.unit) + ")";
    }
    std::string operator()(const UnitStopped &a) const {
        return "stopped(" + std::to_string(a.unit) + "|" + std::to_string(a.status) + ")";
    }
    std::string operator()(const UnitNotRun &a) const {
        return "not-run(" + std::to_string(a.unit) + ")";
    }
    std::string operator()(const prompt::Arm &) const { return ""; }
    std::string operator()(const prompt::End &a) const {
        return "end(" + std::to_string(a.status) + ")";
    }
};

struct Scene {
    explicit Scene(std::string_view term = "xterm") : terminal(nonces, term, {40, 10}) {
        terminal.start();
    }
    // Up to the first prompt.
    Scene &begin() {
        target("\033]7717;H1;/bin/bash;/usr/bin/bash;1000;/dev/pts/7\007");
        marker("B");
        prompt_line();
        return *this;
    }
    std::string prompt_line(const std::string &status = "0") {
        target("$ ");
        return marker("P", status + ";/home");
    }
    std::string target(const std::string &bytes) {
        return take(terminal.from_target(base::as_bytes(bytes)));
    }
    std::string marker(const std::string &kind, const std::string &payload = "") {
        const auto start = "\033]7717;" + mark + ";";
        return target(start + kind + ";" + payload + start + "E\007");
    }
    std::string keys(const std::string &bytes) {
        return take(terminal.from_person(base::as_bytes(bytes)));
    }
    std::string judged(std::uint64_t unit, Outcome outcome, const std::string &text = "",
                       const std::vector<std::string> &words = {}) {
        return take(terminal.judged(unit, {outcome, text, words}));
    }
    std::string take(const TerminalActions &actions) {
        std::string line;
        for (const auto &action : actions) {
            if (const auto *to = std::get_if<prompt::ToTarget>(&action)) {
                if (to->bytes.rfind(":sp1 ", 0) == 0)
                    mark = to->bytes.substr(30, 24);
                else if (const auto at = to->bytes.find(" _sp_m="); at != std::string::npos)
                    mark = to->bytes.substr(at + 7, 24);
            } else if (const auto *person = std::get_if<ToPerson>(&action)) {
                screen.write(person->bytes);
                raw += person->bytes;
            }
            const auto text = std::visit(Show(), action);
            if (!text.empty())
                line += (line.empty() ? "" : " ") + text;
        }
        return line;
    }
    Counter nonces;
    GuardedTerminal terminal;
    editor_test::VirtualScreen screen{40, 10};
    std::string mark, raw;
};

} // namespace

TEST_SUITE_BEGIN("relay.guarded_terminal");

TEST_CASE("an allowed line: edited here, judged, framed, run") {
    Scene scene;
    scene.begin();
    CHECK(scene.screen.text() == "$");
    CHECK(scene.keys("lx\x7fs") == "");
    CHECK(scene.screen.text() == "$ ls");
    CHECK(scene.keys("\r") == "ask(1|ls|/home|)");
    CHECK(scene.screen.cursor() == "1,0");
    CHECK(scene.judged(1, Outcome::Allowed, "", {"ls"}) == "frame(ls|ls)");
    CHECK(scene.keys("y") == "");
    CHECK(scene.marker("A") == "started(1) raw(y)");
    CHECK(scene.target("out\r\n") == "");
    CHECK(scene.keys("\x03") == "raw(\x03)");
    CHECK(scene.prompt_line("130") == "stopped(1|130) frame(|)");
    CHECK(scene.marker("Q") == "");
    CHECK(scene.screen.text() == "$ ls|out|$");
    CHECK(scene.screen.cursor() == "2,2");
}

TEST_CASE("a denied line says why and gives the prompt back") {
    Scene scene;
    scene.begin();
    CHECK(scene.keys("rm\r") == "ask(1|rm|/home|)");
    CHECK(scene.judged(1, Outcome::Denied, "sallyport: denied by rule x\n") == "");
    CHECK(scene.screen.text() == "$ rm|sallyport: denied by rule x|$");
    CHECK(scene.screen.cursor() == "2,2");
    CHECK(scene.keys("\x10") == "");
    CHECK(scene.screen.text() == "$ rm|sallyport: denied by rule x|$ rm");
}

TEST_CASE("a held line waits, drops keys, and Ctrl-C cancels") {
    Scene scene;
    scene.begin();
    scene.keys("rm\r");
    CHECK(scene.judged(1, Outcome::Held, "sallyport: held\n") == "");
    CHECK(scene.keys("yes\r") == "");
    CHECK(scene.keys("\x03") == "cancel(1)");
    CHECK(scene.judged(1, Outcome::Denied, "sallyport: cancelled\n") == "");
    CHECK(scene.screen.text() == "$ rm|sallyport: held|sallyport: cancelled|$");
    scene.keys("rm\r");
    scene.judged(2, Outcome::Held, "sallyport: held\n");
    CHECK(scene.judged(2, Outcome::Allowed, "sallyport: approved\n", {"rm"}) == "frame(rm|rm)");
    CHECK(scene.judged(2, Outcome::Allowed, "", {"rm"}) == "");
}

TEST_CASE("a verdict for another unit, or a second one, releases nothing") {
    Scene scene;
    scene.begin();
    CHECK(scene.judged(0, Outcome::Allowed) == "");
    CHECK(scene.judged(1, Outcome::Allowed) == "");
    scene.keys("a\r");
    CHECK(scene.judged(2, Outcome::Allowed) == "");
    CHECK(scene.judged(0, Outcome::Allowed) == "");
    CHECK(scene.judged(1, Outcome::Denied) == "");
    CHECK(scene.judged(1, Outcome::Allowed) == "");
    scene.keys("b\r");
    CHECK(scene.judged(1, Outcome::Allowed) == "");
    CHECK(scene.judged(2, Outcome::Allowed) == "frame(|b)");
}

TEST_CASE("an incomplete line goes on, and the history keeps it whole") {
    Scene scene;
    scene.begin();
    CHECK(scene.keys("if x\r") == "ask(1|if x|/home|)");
    CHECK(scene.judged(1, Outcome::Incomplete) == "");
    CHECK(scene.keys("then y; fi\r") == "ask(2|if x\nthen y; fi|/home|)");
    CHECK(scene.screen.text() == "$ if x|> then y; fi");
    scene.judged(2, Outcome::Denied, "no\n");
    scene.keys("\x10");
    CHECK(scene.screen.text() == "$ if x|> then y; fi|no|$ if x|> then y; fi");
}

TEST_CASE("definitions are asked under a number of their own") {
    Scene scene;
    scene.begin();
    scene.keys("ll\r");
    scene.judged(1, Outcome::Allowed, "", {"ll"});
    CHECK(scene.marker("R", "alias ll='ls -l'") == "ask(2|ll|/home|alias ll='ls -l')");
    CHECK(scene.judged(1, Outcome::Allowed) == "");
    CHECK(scene.judged(2, Outcome::Allowed, "", {"ls"}) == "frame(ls|ll)");
    CHECK(scene.marker("A") == "started(2)");
}

TEST_CASE("Enter on nothing, Ctrl-C, and keys behind an Enter") {
    Scene scene;
    scene.begin();
    CHECK(scene.keys("\r \r") == "");
    CHECK(scene.screen.text() == "$|$|$");
    CHECK(scene.keys("abc\x03") == "");
    CHECK(scene.screen.text() == "$|$|$ abc^C|$");
    CHECK(scene.keys("one\rtwo\r") == "ask(1|one|/home|)");
    CHECK(scene.judged(1, Outcome::Denied) == "ask(2|two|/home|)");
    std::string many(5000, '\r');
    CHECK(scene.judged(2, Outcome::Denied) == "");
    CHECK(scene.keys(many) == "");
}

TEST_CASE("a paste of lines is one text and asks only at Enter") {
    Scene scene;
    scene.begin();
    CHECK(scene.keys("\033[200~a\rb\r\033[201~") == "");
    CHECK(scene.keys("\r") == "ask(1|a\nb\n|/home|)");
}

TEST_CASE("Ctrl-D asks for exit, and a denied exit ends the session all the same") {
    Scene scene;
    scene.begin();
    CHECK(scene.keys("\x04") == "ask(1|exit|/home|)");
    CHECK(scene.judged(1, Outcome::Allowed) == "frame(|exit)");
    Scene other;
    other.begin();
    other.keys("\x04");
    CHECK(other.judged(1, Outcome::Denied, "no\n") == "end(0)");
    Scene typed;
    typed.begin();
    typed.keys("exit\r");
    CHECK(typed.judged(1, Outcome::Denied, "no\n") == "");
}

TEST_CASE("what no program read comes back as text for the editor") {
    Scene scene;
    scene.begin();
    scene.keys("sleep 5\r");
    scene.judged(1, Outcome::Allowed);
    scene.marker("A");
    CHECK(scene.keys("ls\033[A\r") == "raw(ls\033[A\r)");
    scene.prompt_line();
    scene.marker("S", "ls\033[A\r\n");
    CHECK(scene.marker("Q") == "");
    CHECK(scene.screen.text() == "$ sleep 5|$ ls");
    CHECK(scene.keys("\r") == "ask(2|ls|/home|)");
}

TEST_CASE("output of a background job is shown above the line under edit") {
    Scene scene;
    scene.begin();
    scene.keys("echo");
    scene.target("[1]+ Done\r\n");
    CHECK(scene.screen.text() == "[1]+ Done|$ echo");
    scene.target("no newline");
    CHECK(scene.screen.text() == "[1]+ Done|no newline|$ echo");
    CHECK(scene.keys("!") == "");
    CHECK(scene.screen.text() == "[1]+ Done|no newline|$ echo!");
    scene.take(scene.terminal.notice("sallyport: by the way\n"));
    CHECK(scene.screen.text() == "[1]+ Done|no newline|sallyport: by the way|$ echo!");
}

TEST_CASE("an interrupted waiting shell prints its prompt again: the line is kept") {
    Scene scene;
    scene.begin();
    scene.keys("abc");
    const auto start = "\033]7717;" + scene.mark + ";";
    scene.target("\r\n$ " + start + "P;130;/home" + start + "E\007");
    CHECK(scene.screen.text() == "|$ abc");
    scene.target("\r\n$ ");
    scene.target(start + "P;130;/home" + start + "E\007");
    CHECK(scene.screen.text().find("$ abc") != std::string::npos);
    CHECK(scene.keys("d\r") == "ask(1|abcd|/home|)");
}

TEST_CASE("a prompt is drawn below output that lacks a newline or is too long to draw again") {
    Scene scene;
    scene.begin();
    scene.keys("x\r");
    scene.judged(1, Outcome::Allowed);
    scene.marker("A");
    scene.target("abc");
    scene.prompt_line();
    CHECK(scene.screen.text() == "$ x|abc$");
    CHECK(scene.keys("z\x01y") == "");
    CHECK(scene.screen.text() == "$ x|abc$ yz");
}

TEST_CASE("the target cannot write the clipboard nor leave a string open over the prompt") {
    Scene scene;
    scene.begin();
    scene.keys("x\r");
    scene.judged(1, Outcome::Allowed);
    scene.marker("A");
    scene.raw.clear();
    scene.target("\033]52;c;eA==\a\033]0;" + std::string(300, 'x'));
    scene.prompt_line();
    CHECK(scene.raw.find("]52;") == std::string::npos);
    CHECK(scene.raw.find("\033\\") != std::string::npos);
}

TEST_CASE("the end takes the editor off the screen") {
    Scene scene;
    scene.begin();
    scene.keys("abc");
    scene.raw.clear();
    CHECK(scene.take(scene.terminal.target_eof()) == "end(-1)");
    CHECK(scene.screen.text().empty());
    CHECK(scene.raw.find("\033[?2004l") != std::string::npos);
    CHECK(scene.keys("x\r") == "");
}

TEST_CASE("a resize draws the line anew") {
    Scene scene;
    scene.begin();
    scene.keys("abc");
    scene.take(scene.terminal.resize({20, 5}));
    CHECK(scene.screen.text() == "$ abc");
    CHECK(scene.keys("d\r") == "ask(1|abcd|/home|)");
}

TEST_CASE("a unit that cannot be sent is told") {
    Scene scene;
    scene.begin();
    scene.keys("x\r");
    CHECK(scene.judged(1, Outcome::Allowed, "", {"a\x01"}) == "not-run(1)");
    CHECK(scene.screen.text().find("sallyport: not run: ") != std::string::npos);
    CHECK(scene.keys("y\r") == "ask(2|y|/home|)");
}

TEST_CASE("a shell that is not guarded ends with the reason") {
    Scene scene;
    CHECK(scene.target("\033]7717;H1;/bin/zsh;/usr/bin/zsh;1000;/dev/pts/7\007") == "end(77)");
}

TEST_CASE("a dumb terminal works without an escape sequence") {
    Scene scene("dumb");
    scene.begin();
    scene.keys("lx\x7fs\r");
    scene.judged(1, Outcome::Denied, "sallyport: no\n");
    CHECK(scene.screen.text() == "$ ls|sallyport: no|$");
    CHECK(scene.raw.find('\033') == std::string::npos);
}

TEST_SUITE_END();
