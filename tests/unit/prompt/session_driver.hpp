// SPDX-License-Identifier: Apache-2.0
// Drives a prompt::Session without a shell: knows the nonces, plays the target, writes actions as
// one line of text.
#pragma once
#include "sallyport/prompt/session.hpp"

#include <cstdio>

#include <doctest/doctest.h>

namespace prompt_test {

namespace base = sallyport::base;
namespace prompt = sallyport::prompt;

class Counter final : public prompt::NonceSource {
  public:
    std::string fresh() override {
        char text[32];
        std::snprintf(text, sizeof text, "%024d", ++count);
        return broken ? "" : text;
    }
    int count = 0;
    bool broken = false;
};

inline std::string number(int n) {
    char text[32];
    std::snprintf(text, sizeof text, "%024d", n);
    return text;
}

inline std::string marker_text(const std::string &mark, const std::string &kind,
                               const std::string &payload) {
    const auto start = "\033]7717;" + mark + ";";
    return start + kind + ";" + payload + start + "E\007";
}

struct Show {
    std::string operator()(const prompt::ToTarget &a) const {
        if (a.bytes.rfind(":sp1 ", 0) == 0) {
            const auto line = a.bytes.find('\n');
            const auto unit = a.bytes.find('\n', line + 1);
            return "frame{" + a.bytes.substr(line + 1, unit - line - 1) + "|" +
                   a.bytes.substr(unit + 1, a.bytes.size() - unit - 2) + "}";
        }
        return a.bytes.find(" _sp_m=") != std::string::npos ? "stub" : "raw{" + a.bytes + "}";
    }
    std::string operator()(const prompt::ToUser &a) const { return "out{" + a.bytes + "}"; }
    std::string operator()(const prompt::ToEditor &a) const { return "edit{" + a.bytes + "}"; }
    std::string operator()(const prompt::OpenEditor &a) const {
        return std::string(a.reprint ? "reopen{" : "open{") + a.prompt + "|" + a.type_ahead + "}";
    }
    std::string operator()(const prompt::ContinueEditor &) const { return "continue"; }
    std::string operator()(const prompt::Judge &a) const {
        return "judge{" + a.unit + "|" + a.cwd + "}";
    }
    std::string operator()(const prompt::JudgeDefinitions &a) const {
        return "judge-definitions{" + a.unit + "|" + a.definitions + "}";
    }
    std::string operator()(const prompt::CancelJudging &) const { return "cancel"; }
    std::string operator()(const prompt::Started &a) const { return "started{" + a.unit + "}"; }
    std::string operator()(const prompt::Ended &a) const {
        return "ended{" + std::to_string(a.status) + "|" + a.cwd + "}";
    }
    std::string operator()(const prompt::Refused &) const { return "refused"; }
    std::string operator()(const prompt::Arm &) const { return ""; } // tested on its own
    std::string operator()(const prompt::End &a) const {
        return "end{" + std::to_string(a.status) + "}";
    }
};

class Driver {
  public:
    Driver() : session(nonces) { session.start(); }

    std::string output(const std::string &bytes) {
        return show(session.target_output(base::as_bytes(bytes)));
    }
    // With the mark that the shell would use now.
    std::string marker(const std::string &kind, const std::string &payload = "") {
        return output(marker_text(mark, kind, payload));
    }
    std::string keys(const std::string &bytes) { return show(session.keys(base::as_bytes(bytes))); }
    std::string submit(const std::string &unit) { return show(session.submit(unit)); }
    std::string answer(prompt::Answer answer, const std::vector<std::string> &words = {}) {
        return show(session.answer(answer, words));
    }
    std::string timer() { return show(session.timer()); }
    std::string eof() { return show(session.target_eof()); }

    void hello() { output("\033]7717;H1;/bin/bash;/usr/bin/bash;1000;/dev/pts/7\007"); }

    // The shortest way to a state.
    void reach(prompt::State state) {
        if (state == prompt::State::Boot)
            return;
        if (state == prompt::State::Dead) {
            eof();
            return;
        }
        hello();
        if (state == prompt::State::Startup)
            return;
        marker("B");
        output("$ ");
        marker("P", "0;/home");
        if (state == prompt::State::Prompt)
            return;
        submit("unit");
        if (state == prompt::State::Judging)
            return;
        answer(prompt::Answer::Allow, {"w"});
        if (state == prompt::State::Sent)
            return;
        marker("A");
        if (state == prompt::State::Running)
            return;
        keys("k");
        output("$ ");
        marker("P", "0;/home");
    }

    std::string show(const prompt::Actions &actions) {
        std::string line;
        for (const auto &action : actions) {
            if (const auto *to = std::get_if<prompt::ToTarget>(&action))
                learn(to->bytes);
            const auto text = std::visit(Show(), action);
            if (!text.empty())
                line += (line.empty() ? "" : " ") + text;
        }
        return line;
    }

    Counter nonces;
    prompt::Session session;
    std::string mark; // what the target has
    int frames = 0;
    std::vector<std::string> challenges; // of the frames

  private:
    void learn(const std::string &bytes) {
        if (bytes.rfind(":sp1 ", 0) == 0) {
            ++frames;
            challenges.push_back(bytes.substr(5, 24));
            mark = bytes.substr(30, 24);
        } else if (const auto at = bytes.find(" _sp_m="); at != std::string::npos) {
            mark = bytes.substr(at + 7, 24);
        }
    }
};

} // namespace prompt_test
