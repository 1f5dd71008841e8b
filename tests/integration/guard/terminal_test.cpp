// SPDX-License-Identifier: Apache-2.0
// The whole terminal against the real bash: keys in, and what a person's screen shows. The judge
// here allows everything but `forbidden`, holds `risky`, and knows `for` as incomplete.
#include "harness.hpp"

#include "../../../src/relay/guarded_terminal.hpp"
#include "../../unit/editor/virtual_screen.hpp"

using namespace guard_test;
namespace relay = sallyport::relay;
namespace base = sallyport::base;

namespace {

class Person {
  public:
    explicit Person(const std::filesystem::path &home)
        : pty_(home), terminal_(nonces_, "xterm", {80, 24}) {
        carry_out(terminal_.start());
    }
    void type(std::string_view keys) { carry_out(terminal_.from_person(base::as_bytes(keys))); }
    // At the prompt, as a person does: keys that come earlier are the running program's.
    void line(std::string_view keys) {
        REQUIRE(at_prompt());
        type(keys);
    }
    void judged(relay::Judgement::Outcome outcome, const std::string &text) {
        carry_out(terminal_.judged(unit, {outcome, text, {}}));
    }
    template <typename Done>
    bool until(Done done, std::chrono::milliseconds limit = 5000ms) {
        const auto end = std::chrono::steady_clock::now() + limit;
        while (!done()) {
            if (std::chrono::steady_clock::now() > end || pty_.eof)
                return done();
            const auto bytes = pty_.read_for(20ms);
            if (!bytes.empty())
                carry_out(terminal_.from_target(base::as_bytes(bytes)));
            if (pty_.eof)
                carry_out(terminal_.target_eof());
        }
        return true;
    }
    bool at_prompt() {
        return until([&] { return terminal_.state() == prompt::State::Prompt; });
    }
    bool shows(const std::string &text) {
        const bool seen =
            until([&] { return screen.text().find(text) != std::string::npos; }, 3000ms);
        if (!seen)
            MESSAGE(screen.text());
        return seen;
    }

    editor_test::VirtualScreen screen{80, 24};
    std::uint64_t unit = 0;
    std::string asked;
    int end_status = -2;

  private:
    void carry_out(const relay::TerminalActions &actions) {
        for (const auto &action : actions) {
            if (const auto *to = std::get_if<prompt::ToTarget>(&action)) {
                pty_.write(to->bytes);
            } else if (const auto *person = std::get_if<relay::ToPerson>(&action)) {
                screen.write(person->bytes);
            } else if (const auto *end = std::get_if<prompt::End>(&action)) {
                end_status = end->status;
            } else if (const auto *ask = std::get_if<relay::AskUnit>(&action)) {
                unit = ask->unit;
                asked = ask->text;
                judge_ = true;
            }
        }
        if (!std::exchange(judge_, false))
            return;
        using Outcome = relay::Judgement::Outcome;
        if (asked.rfind("forbidden", 0) == 0)
            return judged(Outcome::Denied, "sallyport: denied by rule test\n");
        if (asked.rfind("risky", 0) == 0)
            return judged(Outcome::Held, "sallyport: held by rule test\n");
        if (asked.rfind("for", 0) == 0 && asked.find("done") == std::string::npos)
            return judged(Outcome::Incomplete, "");
        judged(Outcome::Allowed, "");
    }

    CountingNonces nonces_;
    Pty pty_;
    relay::GuardedTerminal terminal_;
    bool judge_ = false;
};

} // namespace

TEST_SUITE_BEGIN("integration.guard.terminal");

TEST_CASE("a session as a person sees it") {
    Folder folder;
    folder.write(".bash_profile", "PS1='p> '\n");
    Person person(folder.path);
    REQUIRE(person.at_prompt());
    person.line("echo one\r");
    CHECK(person.shows("p> echo one|one|p>"));
    person.line("for i in a b\rdo echo $i; done\r");
    CHECK(person.shows("p> for i in a b|> do echo $i; done|a|b|p>"));
    person.line("forbidden thing\r");
    CHECK(person.shows("p> forbidden thing|sallyport: denied by rule test|p>"));
    person.line("echo \033[200~x\ty\033[201~ 'ä日'\r");
    CHECK(person.shows("|x y ä日|p>"));
    person.line("\x10");
    CHECK(person.shows("|p> echo x"));
    person.type("\x03");
    CHECK(person.shows("^C|p>"));
    person.line("stty -echo; read -r a; stty echo; echo got=$a\r");
    person.until([] { return false; }, 200ms);
    person.type("hidden\r");
    CHECK(person.shows("|got=hidden|p>"));
    person.line("sleep 30\r");
    person.until([] { return false; }, 200ms);
    person.type("\x03");
    CHECK(person.shows("|^C|p>"));
    CHECK(person.at_prompt());
    person.line("\x04");
    person.until([&] { return person.end_status != -2; });
    CHECK(person.end_status == -1);
    CHECK(person.asked == "exit");
}

TEST_CASE("a held line runs in the same session once it is approved") {
    Folder folder;
    folder.write(".bash_profile", "PS1='p> '\n");
    Person person(folder.path);
    REQUIRE(person.at_prompt());
    person.type("risky() { echo done; }; :\r");
    CHECK(person.shows("sallyport: held by rule test"));
    person.type("dropped keys\r");
    person.judged(relay::Judgement::Outcome::Allowed, "sallyport: approved by bob\n");
    CHECK(person.shows("sallyport: held by rule test|sallyport: approved by bob|p>"));
    person.line("echo after\r");
    CHECK(person.shows("p> echo after|after|p>"));
}

TEST_CASE("type-ahead of a running program waits in the editor") {
    Folder folder;
    folder.write(".bash_profile", "PS1='p> '\n");
    Person person(folder.path);
    REQUIRE(person.at_prompt());
    person.line("sleep 0.4\r");
    person.until([] { return false; }, 150ms);
    person.type("echo ahead");
    REQUIRE(person.at_prompt());
    CHECK(person.shows("|echo aheadp> echo ahead")); // the terminal had echoed it
    person.type("\r");
    CHECK(person.shows("|ahead|p>"));
}

TEST_CASE("a full-screen program gets its keys and gives the screen back") {
    Folder folder;
    folder.write(".bash_profile", "PS1='p> '\n");
    Person person(folder.path);
    REQUIRE(person.at_prompt());
    person.type("stty raw -echo; head -c 4 | od -An -tx1; stty sane\r");
    person.until([] { return false; }, 300ms);
    person.type("\x03\x1b[A");
    CHECK(person.shows("03 1b 5b 41"));
    CHECK(person.at_prompt());
    person.line("echo on\r");
    CHECK(person.shows("|on|p>"));
}

TEST_SUITE_END();
