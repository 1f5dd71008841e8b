// SPDX-License-Identifier: Apache-2.0
#include "sallyport/prompt/session.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::prompt {

namespace {

constexpr std::string_view hello_start = "\033]7717;H1;";
constexpr char bell = '\007';

// The terminal driver of the target turned each LF of a payload into CR LF.
std::string undo_newlines(std::string_view payload) {
    std::string out;
    out.reserve(payload.size());
    for (std::size_t i = 0; i < payload.size(); ++i)
        if (payload[i] != '\r' || i + 1 == payload.size() || payload[i + 1] != '\n')
            out += payload[i];
    return out;
}

std::string shell_name(const Hello &hello) {
    const auto name = std::string_view(hello.shell).substr(hello.shell.rfind('/') + 1);
    const bool plain =
        !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '.' || c == '_' || c == '-';
        });
    return plain ? "`" + std::string(name) + "`" : "not one that is known";
}

constexpr std::string_view way_out = "; single commands work: ssh … 'command'";

std::chrono::milliseconds deadline_of(State state) {
    switch (state) {
    case State::Boot:
        return boot_deadline;
    case State::Startup:
        return startup_deadline;
    case State::Sent:
    case State::Sync:
        return answer_deadline;
    case State::Prompt:
    case State::Judging:
    case State::Running:
    case State::Dead:
        break;
    }
    return std::chrono::milliseconds(0);
}

} // namespace

std::string_view state_name(State state) {
    switch (state) {
    case State::Boot:
        return "boot";
    case State::Startup:
        return "startup";
    case State::Prompt:
        return "prompt";
    case State::Judging:
        return "judging";
    case State::Sent:
        return "sent";
    case State::Running:
        return "running";
    case State::Sync:
        return "sync";
    case State::Dead:
        break;
    }
    return "dead";
}

Session::Session(NonceSource &nonces) : nonces_(nonces) {}

void Session::enter(State state, Actions &out) {
    state_ = state;
    out.emplace_back(Arm{deadline_of(state)});
}

void Session::end(Actions &out, int status, std::string message) {
    enter(State::Dead, out);
    out.emplace_back(End{status, std::move(message)});
}

void Session::broken(std::string_view what, Actions &out) {
    end(out, guard_refusal_status,
        "the guard of this shell cannot be kept (" + std::string(what) + "), session ended");
}

Actions Session::start() {
    Actions out;
    out.emplace_back(Arm{deadline_of(state_)});
    return out;
}

// --- What the target says ---

Actions Session::target_output(base::BytesView bytes) {
    Actions out;
    if (state_ == State::Boot) {
        boot_output(base::as_text(bytes), out);
        return out;
    }
    if (state_ == State::Dead)
        return out;
    for (const auto &piece : scanner_.feed(bytes)) {
        if (const auto *found = std::get_if<Marker>(&piece))
            marker(*found, out);
        else
            output(std::get<Output>(piece).bytes, out);
        if (state_ == State::Dead)
            break;
    }
    return out;
}

void Session::boot_output(std::string_view bytes, Actions &out) {
    boot_output_.append(bytes);
    const auto start = boot_output_.find(hello_start);
    if (start == std::string::npos) {
        if (boot_output_.size() > max_boot_output)
            end(out, guard_refusal_status,
                "not yet guarded: this account prints without end before it names its shell" +
                    std::string(way_out));
        return;
    }
    const auto payload = start + hello_start.size();
    const auto stop = boot_output_.find(bell, payload);
    if (stop == std::string::npos) {
        if (boot_output_.size() - payload > max_hello_bytes)
            broken("the hello has no end", out);
        return;
    }
    const std::string all = std::exchange(boot_output_, {});
    hello(std::string_view(all).substr(payload, stop - payload), out);
    if (state_ != State::Startup)
        return;
    for (auto &action : target_output(base::as_bytes(std::string_view(all).substr(stop + 1))))
        out.push_back(std::move(action));
}

void Session::hello(std::string_view payload, Actions &out) {
    auto parsed = parse_hello(payload);
    if (!parsed.ok())
        return broken(parsed.error().message, out);
    hello_ = std::move(parsed).value();
    if (!can_guard(hello_))
        return end(out, guard_refusal_status,
                   "not yet guarded: the login shell of this account is " + shell_name(hello_) +
                       ", and only bash is guarded so far" + std::string(way_out) +
                       ", or ask for bash as login shell");
    challenge_ = nonces_.fresh();
    std::string mark = nonces_.fresh();
    if (!is_nonce(challenge_) || !is_nonce(mark))
        return broken("no random numbers", out);
    out.emplace_back(ToTarget{start_lines(hello_, challenge_, mark)});
    scanner_.expect(std::move(mark));
    enter(State::Startup, out);
}

void Session::output(const std::string &bytes, Actions &out) {
    if (!begun_) { // echo of terminal set-up; kept for the case that the shell never starts
        if (boot_output_.size() < max_boot_output)
            boot_output_.append(bytes, 0, max_boot_output - boot_output_.size());
        return;
    }
    const auto line = bytes.rfind('\n');
    if (line != std::string::npos) {
        last_line_.clear();
        last_line_cut_ = false;
    }
    last_line_.append(bytes, line == std::string::npos ? 0 : line + 1);
    if (last_line_.size() > max_prompt_bytes || last_line_cut_) {
        last_line_.clear();
        last_line_cut_ = true;
    }
    out.emplace_back(ToUser{bytes});
}

void Session::marker(const Marker &marker, Actions &out) {
    if (!begun_) {
        if (marker.kind != 'B' || !marker.payload.empty())
            return broken("it did not start as agreed", out);
        begun_ = true;
        boot_output_.clear();
        return;
    }
    switch (marker.kind) {
    case 'P':
        return prompted(marker.payload, out);
    case 'S':
        return stray(marker.payload);
    case 'A':
        return accepted(out);
    case 'R':
        return definitions(marker.payload, out);
    case 'B':
        return length_trouble(out);
    case 'Q':
        if (state_ == State::Sync)
            return open_editor(false, out);
        break;
    default:
        break;
    }
    broken("an answer to nothing", out);
}

void Session::prompted(const std::string &payload, Actions &out) {
    const auto fields = undo_newlines(payload);
    const auto split = fields.find(';');
    const std::string_view status = std::string_view(fields).substr(0, split);
    if (split == std::string::npos || status.empty() || status.size() > 3 ||
        status.find_first_not_of("0123456789") != std::string_view::npos)
        return broken("a prompt without a status", out);
    cwd_ = fields.substr(split + 1);
    prompt_ = last_line_;
    switch (state_) {
    case State::Sent:
        out.emplace_back(Refused{"interrupted before it began"});
        unit_.clear();
        return open_editor(false, out);
    case State::Startup:
    case State::Running:
        out.emplace_back(Ended{std::stoi(std::string(status)), cwd_});
        unit_.clear();
        if (!keys_passed_)
            return open_editor(false, out);
        keys_passed_ = false;
        resent_ = false;
        enter(State::Sync, out);
        if (!send(FrameKind::Sync, {}, out))
            broken("no random numbers", out);
        return;
    case State::Prompt: // the waiting shell was interrupted, from within the target
        return open_editor(false, out);
    case State::Judging:
    case State::Sync:
    case State::Boot:
    case State::Dead:
        return;
    }
}

void Session::accepted(Actions &out) {
    if (state_ != State::Sent)
        return broken("a unit started unasked", out);
    last_line_.clear();
    last_line_cut_ = false;
    enter(State::Running, out);
    out.emplace_back(Started{unit_});
    if (held_keys_.empty())
        return;
    keys_passed_ = true;
    out.emplace_back(ToTarget{std::exchange(held_keys_, {})});
}

void Session::stray(const std::string &payload) {
    const auto text = undo_newlines(payload);
    type_ahead_.append(text, 0, max_type_ahead - std::min(max_type_ahead, type_ahead_.size()));
}

void Session::definitions(const std::string &payload, Actions &out) {
    if (state_ != State::Sent)
        return broken("definitions of nothing", out);
    if (++definition_rounds_ > max_definition_rounds)
        return broken("names are redefined without end", out);
    waiting_ = false;
    enter(State::Judging, out);
    out.emplace_back(JudgeDefinitions{unit_, cwd_, undo_newlines(payload)});
}

// `stty` trouble or an injection: the frame did not arrive as it was sent. Nothing ran.
void Session::length_trouble(Actions &out) {
    if ((state_ != State::Sent && state_ != State::Sync) || resent_)
        return broken("frames arrive altered", out);
    resent_ = true;
    if (!(state_ == State::Sync ? send(FrameKind::Sync, {}, out)
                                : send(FrameKind::Run, words_, out)))
        broken("no random numbers", out);
}

// False: nothing was sent and the challenge is unspent.
bool Session::send(FrameKind kind, const std::vector<std::string> &words, Actions &out) {
    FrameNonces nonces{challenge_, nonces_.fresh(), nonces_.fresh()};
    const bool run = kind == FrameKind::Run;
    auto bytes = frame(kind, run ? unit_ : std::string(), words, nonces);
    if (!bytes.ok()) {
        if (bytes.error().code != base::ErrorCode::Internal)
            out.emplace_back(Refused{bytes.error().message});
        return false;
    }
    challenge_ = std::move(nonces.next_challenge);
    scanner_.expect(std::move(nonces.next_mark));
    out.emplace_back(ToTarget{std::move(bytes).value()});
    return true;
}

void Session::open_editor(bool reprint, Actions &out) {
    enter(State::Prompt, out);
    out.emplace_back(OpenEditor{prompt_, std::exchange(type_ahead_, {}), reprint});
    if (!held_keys_.empty())
        out.emplace_back(ToEditor{std::exchange(held_keys_, {})});
}

Actions Session::target_eof() {
    Actions out;
    switch (state_) {
    case State::Boot:
        if (!boot_output_.empty())
            out.emplace_back(ToUser{std::exchange(boot_output_, {})});
        end(out, guard_refusal_status,
            "not yet guarded: this account starts no shell that can be guarded" +
                std::string(way_out));
        break;
    case State::Startup:
        boot_output_.append(scanner_.flush());
        if (!boot_output_.empty())
            out.emplace_back(ToUser{std::exchange(boot_output_, {})});
        end(out, guard_refusal_status,
            "the shell ended before its first prompt (bash 5.1 or later is needed)" +
                std::string(way_out));
        break;
    case State::Judging:
    case State::Sent:
        end(out, -1, "the shell ended; the last command did not run");
        break;
    case State::Prompt:
    case State::Running:
    case State::Sync:
        if (const auto rest = scanner_.flush(); !rest.empty())
            output(rest, out);
        end(out, -1, "");
        break;
    case State::Dead:
        break;
    }
    return out;
}

Actions Session::timer() {
    Actions out;
    switch (state_) {
    case State::Boot:
        end(out, guard_refusal_status,
            "not yet guarded: this account starts no shell that can be guarded" +
                std::string(way_out));
        break;
    case State::Startup:
        broken("its start-up files take too long", out);
        break;
    case State::Sent:
    case State::Sync:
        broken("it does not answer", out);
        break;
    case State::Prompt:
    case State::Judging:
    case State::Running:
    case State::Dead:
        break;
    }
    return out;
}

} // namespace sallyport::prompt
