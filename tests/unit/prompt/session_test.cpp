// SPDX-License-Identifier: Apache-2.0
// Every state x every event, then the stories. `Arm` is left out of the texts: it has a test of its
// own.
#include "session_driver.hpp"

#include <algorithm>

using namespace prompt_test;
using prompt::Answer;
using prompt::State;

namespace {

struct Event {
    const char *name;
    std::string (*happen)(Driver &);
    // boot, startup, prompt, judging, sent, running, sync, dead: the actions and the next state
    const char *expected[prompt::state_count];
};
const Event events[] = {
    {"output",
     [](Driver &d) { return d.output("x"); },
     {" -> boot", " -> startup", "out{x} -> prompt", "out{x} -> judging", "out{x} -> sent",
      "out{x} -> running", "out{x} -> sync", " -> dead"}},
    {"hello",
     [](Driver &d) {
         return d.output("\033]7717;H1;/bin/bash;/bin/bash;0;/dev/tty\007").substr(0, 4);
     },
     {"stub -> startup", " -> startup", "out{ -> prompt", "out{ -> judging", "out{ -> sent",
      "out{ -> running", "out{ -> sync", " -> dead"}},
    {"marker B",
     [](Driver &d) { return d.marker("B"); },
     {" -> boot", " -> startup", "end{77} -> dead", "end{77} -> dead", "frame{w|unit} -> sent",
      "end{77} -> dead", "frame{|} -> sync", " -> dead"}},
    {"marker A",
     [](Driver &d) { return d.marker("A"); },
     {" -> boot", "end{77} -> dead", "end{77} -> dead", "end{77} -> dead",
      "started{unit} -> running", "end{77} -> dead", "end{77} -> dead", " -> dead"}},
    {"marker P",
     [](Driver &d) { return d.marker("P", "3;/new"); },
     {" -> boot", "end{77} -> dead", "open{$ |} -> prompt", " -> judging",
      "refused open{$ |} -> prompt", "ended{3|/new} open{|} -> prompt", " -> sync", " -> dead"}},
    {"marker S",
     [](Driver &d) { return d.marker("S", "typed"); },
     {" -> boot", "end{77} -> dead", " -> prompt", " -> judging", " -> sent", " -> running",
      " -> sync", " -> dead"}},
    {"marker R",
     [](Driver &d) { return d.marker("R", "alias w='x'"); },
     {" -> boot", "end{77} -> dead", "end{77} -> dead", "end{77} -> dead",
      "judge-definitions{unit|alias w='x'} -> judging", "end{77} -> dead", "end{77} -> dead",
      " -> dead"}},
    {"marker Q",
     [](Driver &d) { return d.marker("Q"); },
     {" -> boot", "end{77} -> dead", "end{77} -> dead", "end{77} -> dead", "end{77} -> dead",
      "end{77} -> dead", "open{$ |} -> prompt", " -> dead"}},
    {"marker of an unknown kind",
     [](Driver &d) { return d.marker("Z", "?"); },
     {" -> boot", "end{77} -> dead", "end{77} -> dead", "end{77} -> dead", "end{77} -> dead",
      "end{77} -> dead", "end{77} -> dead", " -> dead"}},
    {"marker P without a status",
     [](Driver &d) { return d.marker("P", "x;/"); },
     {" -> boot", "end{77} -> dead", "end{77} -> dead", "end{77} -> dead", "end{77} -> dead",
      "end{77} -> dead", "end{77} -> dead", " -> dead"}},
    {"keys",
     [](Driver &d) { return d.keys("k"); },
     {" -> boot", " -> startup", "edit{k} -> prompt", " -> judging", " -> sent",
      "raw{k} -> running", " -> sync", " -> dead"}},
    {"Ctrl-C",
     [](Driver &d) { return d.keys("\x03"); },
     {" -> boot", " -> startup", "edit{\x03} -> prompt", "cancel -> judging", " -> sent",
      "raw{\x03} -> running", " -> sync", " -> dead"}},
    {"submit",
     [](Driver &d) { return d.submit("rm x"); },
     {" -> boot", " -> startup", "judge{rm x|/home} -> judging", " -> judging", " -> sent",
      " -> running", " -> sync", " -> dead"}},
    {"submit of blanks",
     [](Driver &d) { return d.submit(" \n\t"); },
     {" -> boot", " -> startup", "reopen{$ |} -> prompt", " -> judging", " -> sent", " -> running",
      " -> sync", " -> dead"}},
    {"allow",
     [](Driver &d) { return d.answer(prompt::Answer::Allow, {"rm"}); },
     {" -> boot", " -> startup", " -> prompt", "frame{rm|unit} -> sent", " -> sent", " -> running",
      " -> sync", " -> dead"}},
    {"deny",
     [](Driver &d) { return d.answer(prompt::Answer::Deny); },
     {" -> boot", " -> startup", " -> prompt", "reopen{$ |} -> prompt", " -> sent", " -> running",
      " -> sync", " -> dead"}},
    {"wait",
     [](Driver &d) { return d.answer(prompt::Answer::Wait); },
     {" -> boot", " -> startup", " -> prompt", " -> judging", " -> sent", " -> running", " -> sync",
      " -> dead"}},
    {"incomplete",
     [](Driver &d) { return d.answer(prompt::Answer::Incomplete); },
     {" -> boot", " -> startup", " -> prompt", "continue -> prompt", " -> sent", " -> running",
      " -> sync", " -> dead"}},
    {"timer",
     [](Driver &d) { return d.timer(); },
     {"end{77} -> dead", "end{77} -> dead", " -> prompt", " -> judging", "end{77} -> dead",
      " -> running", "end{77} -> dead", " -> dead"}},
    {"end of the target",
     [](Driver &d) { return d.eof(); },
     {"end{77} -> dead", "end{77} -> dead", "end{-1} -> dead", "end{-1} -> dead", "end{-1} -> dead",
      "end{-1} -> dead", "end{-1} -> dead", " -> dead"}},
};

} // namespace

TEST_SUITE_BEGIN("prompt.session");

TEST_CASE("every event in every state") {
    for (const auto &event : events)
        for (int index = 0; index < prompt::state_count; ++index) {
            CAPTURE(event.name);
            CAPTURE(index);
            Driver driver;
            driver.reach(static_cast<State>(index));
            REQUIRE(driver.session.state() == static_cast<State>(index));
            const auto actions = event.happen(driver);
            CHECK(actions + " -> " + std::string(prompt::state_name(driver.session.state())) ==
                  event.expected[index]);
        }
}

TEST_CASE("a frame leaves from judging alone, and a second allow sends nothing") {
    Driver driver;
    driver.reach(State::Judging);
    CHECK(driver.answer(Answer::Allow, {"a"}) == "frame{a|unit}");
    CHECK(driver.answer(Answer::Allow, {"a"}) == "");
    driver.marker("A");
    CHECK(driver.answer(Answer::Allow) == "");
    driver.marker("P", "0;/");
    CHECK(driver.answer(Answer::Allow) == "");
    CHECK(driver.frames == 1);
}

TEST_CASE("each challenge is used once") {
    Driver driver;
    driver.reach(State::Prompt);
    for (int i = 0; i < 20; ++i) {
        driver.submit("u");
        driver.answer(Answer::Allow);
        driver.marker("A");
        driver.keys("x");
        driver.marker("P", "0;/"); // and a sync frame
        driver.marker("Q");
    }
    REQUIRE(driver.challenges.size() == 40);
    std::sort(driver.challenges.begin(), driver.challenges.end());
    CHECK(std::adjacent_find(driver.challenges.begin(), driver.challenges.end()) ==
          driver.challenges.end());
}

TEST_CASE("a marker under an old mark ends nothing and starts nothing") {
    Driver driver;
    driver.reach(State::Sent);
    const auto old = number(driver.nonces.count - 2);
    CHECK(driver.output(marker_text(old, "A", "")).rfind("out{", 0) == 0);
    CHECK(driver.session.state() == State::Sent);
}

TEST_CASE("keys typed early reach the editor, those of the unit reach the unit") {
    Driver driver;
    driver.reach(State::Startup);
    driver.keys("ls");
    driver.marker("B");
    driver.output("$ ");
    CHECK(driver.marker("P", "0;/") == "ended{0|/} open{$ |} edit{ls}");
    driver.submit("ls");
    driver.keys("y\r");
    driver.answer(Answer::Allow);
    driver.keys("z");
    CHECK(driver.marker("A") == "started{ls} raw{y\rz}");
    driver.output("$ ");
    CHECK(driver.marker("P", "0;/") == "ended{0|/} frame{|}");
    CHECK(driver.keys("later") == "");
    CHECK(driver.marker("S", "z\r\n") == "");
    CHECK(driver.marker("Q") == "open{$ |z\n} edit{later}");
}

TEST_CASE("while an approver is asked keys are dropped and Ctrl-C cancels") {
    Driver driver;
    driver.reach(State::Judging);
    CHECK(driver.keys("early") == "");
    CHECK(driver.answer(Answer::Wait) == "");
    CHECK(driver.keys("yes\r") == "");
    CHECK(driver.keys("a\x03"
                      "b") == "cancel");
    driver.answer(Answer::Allow);
    CHECK(driver.marker("A") == "started{unit}");
}

TEST_CASE("Ctrl-C while a unit is judged drops what was typed behind it") {
    Driver driver;
    driver.reach(State::Judging);
    driver.keys("one");
    CHECK(driver.keys("two\x03three") == "cancel");
    CHECK(driver.answer(Answer::Deny) == "reopen{$ |} edit{three}");
}

TEST_CASE("held keys and type-ahead are limited") {
    Driver driver;
    driver.reach(State::Sent);
    driver.keys(std::string(3000, 'a'));
    driver.keys(std::string(3000, 'b'));
    CHECK(driver.marker("A").size() ==
          std::string("started{unit} raw{}").size() + prompt::max_held_keys);
    driver.marker("P", "0;/");
    driver.marker("S", std::string(12000, 'c'));
    driver.marker("S", std::string(12000, 'd'));
    CHECK(driver.marker("Q").size() == std::string("open{|}").size() + prompt::max_type_ahead);
}

TEST_CASE("the prompt is the last line before the marker") {
    struct Row {
        std::string output, prompt;
    };
    for (const auto &row : std::vector<Row>{
             {"a\r\nb\r\n$ ", "$ "},
             {"no newline$ ", "no newline$ "},
             {"a\r\n", ""},
             {"\033[1m~\033[0m> ", "\033[1m~\033[0m> "},
             {std::string(5000, 'x') + "$ ", ""},
             {std::string(5000, 'x') + "\n$ ", "$ "},
         }) {
        for (std::size_t cut = 0; cut <= row.output.size(); cut += 1 + row.output.size() / 50) {
            Driver driver;
            driver.reach(State::Running);
            driver.output(row.output.substr(0, cut));
            driver.output(row.output.substr(cut));
            CHECK(driver.marker("P", "0;/") == "ended{0|/} open{" + row.prompt + "|}");
        }
    }
}

TEST_CASE("output before the first B is dropped, at the end of a shell that never started shown") {
    Driver driver;
    driver.hello();
    CHECK(driver.output("echo of something") == "");
    CHECK(driver.eof() == "out{echo of something} end{77}");
    Driver other;
    other.hello();
    other.output("echo of something");
    CHECK(other.marker("B") == "");
    CHECK(other.output("motd") == "out{motd}");
}

TEST_CASE("definitions are judged, then the unit goes under a fresh challenge, a few times only") {
    Driver driver;
    driver.reach(State::Sent);
    for (int round = 0; round < prompt::max_definition_rounds; ++round) {
        CHECK(driver.marker("R", "f ()\r\n{ \r\n}") == "judge-definitions{unit|f ()\n{ \n}}");
        CHECK(driver.answer(Answer::Allow, {"x"}) == "frame{x|unit}");
    }
    CHECK(driver.marker("R", "f") == "end{77}");
}

TEST_CASE("a frame that arrived altered goes again once") {
    Driver driver;
    driver.reach(State::Sent);
    CHECK(driver.marker("B") == "frame{w|unit}");
    CHECK(driver.marker("B") == "end{77}");
    Driver sync;
    sync.reach(State::Sync);
    CHECK(sync.marker("B") == "frame{|}");
    CHECK(sync.marker("B") == "end{77}");
}

TEST_CASE("a unit that cannot be sent is refused and spends no challenge") {
    Driver driver;
    driver.reach(State::Prompt);
    driver.submit(std::string("a\0b", 3));
    CHECK(driver.answer(Answer::Allow) == "refused reopen{$ |}");
    driver.submit("ls");
    CHECK(driver.answer(Answer::Allow, {"l\x01"}) == "refused reopen{$ |}");
    driver.submit("ls");
    CHECK(driver.answer(Answer::Allow) == "frame{|ls}");
    CHECK(driver.challenges.size() == 1);
}

TEST_CASE("without random numbers nothing is sent") {
    Driver start;
    start.nonces.broken = true;
    CHECK(start.output("\033]7717;H1;/bin/bash;/bin/bash;0;/dev/tty\007") == "end{77}");
    Driver later;
    later.reach(State::Judging);
    later.nonces.broken = true;
    CHECK(later.answer(Answer::Allow) == "end{77}");
    Driver sync;
    sync.reach(State::Running);
    sync.keys("x");
    sync.nonces.broken = true;
    CHECK(sync.marker("P", "0;/") == "ended{0|/} end{77}");
}

TEST_CASE("whatever answers the boot text and is no bash is refused, and nothing is sent to it") {
    struct Row {
        const char *name;
        std::string output;
        const char *message; // part of it
    };
    for (const auto &row : std::vector<Row>{
             {"zsh", "\033]7717;H1;/bin/zsh;/usr/bin/zsh;1;/dev/pts/1\007", "is `zsh`"},
             {"a name that is none", "\033]7717;H1;/x/\033[2J;/x;1;/dev/pts/1\007",
              "is not one that is known"},
             {"a tty that is none", "\033]7717;H1;/bin/bash;/bin/bash;1;/dev/pts/1 x\007",
              "names no terminal"},
             {"a hello without an end", "\033]7717;H1;" + std::string(5000, 'x'), "no end"},
             {"output without an end", std::string(70000, 'x'), "without end"},
         }) {
        CAPTURE(row.name);
        Driver driver;
        const auto actions = driver.session.target_output(base::as_bytes(row.output));
        REQUIRE(!actions.empty());
        const auto *end = std::get_if<prompt::End>(&actions.back());
        REQUIRE(end != nullptr);
        CHECK(end->status == 77);
        CHECK(end->message.find(row.message) != std::string::npos);
        CHECK(driver.show(actions) == "end{77}");
    }
}

TEST_CASE("the text of an account without a shell is shown") {
    Driver driver;
    driver.output("This account is currently not available.\r\n");
    CHECK(driver.eof() == "out{This account is currently not available.\r\n} end{77}");
}

TEST_CASE("states arm their timers") {
    const auto armed = [](const prompt::Actions &actions) {
        std::chrono::milliseconds after{-1};
        for (const auto &action : actions)
            if (const auto *arm = std::get_if<prompt::Arm>(&action))
                after = arm->after;
        return after;
    };
    Counter nonces;
    prompt::Session session(nonces);
    CHECK(armed(session.start()) == prompt::boot_deadline);
    CHECK(armed(session.target_output(base::as_bytes(
              "\033]7717;H1;/bin/bash;/bin/bash;0;/dev/tty\007"))) == prompt::startup_deadline);
    const auto mark = number(2);
    CHECK(armed(session.target_output(
                    base::as_bytes(marker_text(mark, "B", "") + marker_text(mark, "P", "0;/"))))
              .count() == 0);
    CHECK(armed(session.submit("x")).count() == 0);
    CHECK(armed(session.answer(Answer::Allow)) == prompt::answer_deadline);
}

TEST_CASE("a whole start is understood split at every byte") {
    const std::string hello = "noise\033]7717;H1;/bin/bash;/bin/bash;0;/dev/tty\007echo";
    const auto mark = number(2);
    const auto rest = marker_text(mark, "B", "") + "motd\r\n$ " + marker_text(mark, "P", "0;/x");
    const auto all = hello + rest;
    for (std::size_t cut = 0; cut <= all.size(); ++cut) {
        Driver driver;
        driver.output(all.substr(0, cut));
        driver.output(all.substr(cut));
        CHECK(driver.session.state() == State::Prompt);
        CHECK(driver.session.cwd() == "/x");
        CHECK(driver.session.hello().shell == "/bin/bash");
    }
}

TEST_SUITE_END();
