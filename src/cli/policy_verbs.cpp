// SPDX-License-Identifier: Apache-2.0
#include "policy_verbs.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/base/limits.hpp"
#include "sallyport/base/log.hpp"
#include "sallyport/crypto/digest.hpp"

#include <algorithm>
#include <fstream>
#include <istream>
#include <map>
#include <ostream>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

namespace sallyport::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int exit_failed = 1, exit_usage = 2, exit_faults = 78;
constexpr std::size_t max_zone_bytes = 256 * 1024;

base::Result<std::string> read_file(const std::string &path, std::size_t limit) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return base::fail(base::ErrorCode::NotFound, "cannot be read");
    std::string text(limit + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (file.bad())
        return base::fail(base::ErrorCode::Unavailable, "cannot be read");
    if (text.size() > limit)
        return base::fail(base::ErrorCode::TooLarge,
                          "is larger than " + std::to_string(limit) + " bytes");
    return text;
}

// A name that stays below the directory it is looked up in.
bool is_inside(std::string_view name) {
    return !name.empty() && name.front() != '/' && name.find("..") == std::string_view::npos &&
           name.find('\0') == std::string_view::npos;
}

std::string directory_of(const std::string &path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

base::Result<std::string> read_include(const std::vector<std::string> &directories,
                                       std::string_view name) {
    if (!is_inside(name))
        return base::invalid("an include is a path below the policy's folder");
    for (const std::string &directory : directories) {
        base::Result<std::string> text =
            read_file(directory + "/" + std::string(name), policy::max_policy_bytes);
        if (text.ok() || text.error().code != base::ErrorCode::NotFound)
            return text;
    }
    return base::fail(base::ErrorCode::NotFound, "there is no such file");
}

base::Result<base::Bytes> read_zone(std::string_view name) {
    if (!is_inside(name) || name.size() > 64)
        return base::invalid("this is no zone name");
    const base::Result<std::string> text =
        read_file("/usr/share/zoneinfo/" + std::string(name), max_zone_bytes);
    if (!text.ok())
        return base::fail(base::ErrorCode::NotFound, "this machine has no such zone");
    return base::to_bytes(text.value());
}

// Every option that neither was said nor follows from the fixtures, in one list.
std::string not_said(const Circumstances &said, const policy::Fixtures &fixtures) {
    const auto user = said.user ? said.user : fixtures.user;
    const auto target = said.target ? said.target : fixtures.target;
    const auto known = fixtures.users.find(user.value_or(""));
    const bool known_user = known != fixtures.users.end();
    const std::pair<const char *, bool> options[] = {
        {"--user", user.has_value()},
        {"--group", !said.groups.empty() || known_user},
        {"--origin", said.origin || (known_user && known->second.origin)},
        {"--target", target.has_value()},
        {"--label", !said.labels.empty() || fixtures.targets.count(target.value_or("")) != 0},
        {"--account", said.account || fixtures.account},
        {"--from", said.from || fixtures.from},
        {"--at", said.at || fixtures.at}};
    std::string missing;
    for (const auto &[option, is_there] : options)
        if (!is_there)
            missing += (missing.empty() ? "" : ", ") + std::string(option);
    return missing;
}

// What fixtures and options give together, or why not.
base::Result<model::Action> make_action(const Circumstances &said, const policy::Policy &policy) {
    const policy::Fixtures &fixtures = policy.fixtures();
    model::Action action;
    if (const std::string missing = not_said(said, fixtures); !missing.empty())
        return base::invalid(missing + ": not said, and not in the policy's fixtures");
    action.who.person = said.user ? *said.user : *fixtures.user;
    const auto known_user = fixtures.users.find(action.who.person);
    action.who.groups = said.groups.empty() ? known_user->second.groups : said.groups;
    if (said.origin) {
        SALLYPORT_TRY(action.who.origin, model::parse_origin(*said.origin));
    } else {
        action.who.origin = *known_user->second.origin;
    }
    action.target = said.target ? *said.target : *fixtures.target;
    const auto known_target = fixtures.targets.find(action.target);
    if (known_target != fixtures.targets.end()) {
        action.labels = known_target->second.labels;
        action.dialect = known_target->second.shell;
    }
    for (const std::string &label : said.labels) {
        const std::size_t equals = label.find('=');
        if (equals == 0 || equals == std::string::npos)
            return base::invalid("--label is like env=prod");
        action.labels[label.substr(0, equals)] = label.substr(equals + 1);
    }
    action.account = said.account ? *said.account : *fixtures.account;
    action.cwd = model::home_of({}, action.account); // where a command begins
    action.sh = model::Target{}.sh;
    action.from = said.from ? *said.from : *fixtures.from;
    action.declared = said.declared;
    if (said.at) {
        SALLYPORT_TRY(action.at, base::parse_rfc3339(*said.at));
    } else {
        action.at = *fixtures.at;
    }
    return action;
}

// ---- judge -----------------------------------------------------------------------------------

// NOLINTNEXTLINE(bugprone-exception-escape): the library's noexcept move has a check inside
struct Question {
    Json id;
    std::string text;
    model::Dialect dialect = model::Dialect::Unknown;
    model::ActionKind kind = model::ActionKind::Exec;
};

int hex_digit(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

// The code unit of a `\uXXXX` at `at`, or -1.
int code_unit(std::string_view json, std::size_t at) {
    if (at + 6 > json.size() || json[at] != '\\' || json[at + 1] != 'u')
        return -1;
    int value = 0;
    for (std::size_t i = at + 2; i < at + 6; ++i) {
        if (hex_digit(json[i]) < 0)
            return -1;
        value = value * 16 + hex_digit(json[i]);
    }
    return value;
}

// JSON knows no lone surrogates, and some writers use U+DC80..U+DCFF for raw bytes. They become
// U+10FF80..U+10FFFF for the parser; raw_bytes takes them back.
bool replace_raw_bytes(std::string &json) {
    std::string result;
    bool any = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const int unit = code_unit(json, i);
        const int next = unit >= 0xD800 && unit <= 0xDBFF ? code_unit(json, i + 6) : -1;
        if (next >= 0xDC00 && next <= 0xDFFF) {
            result += json.substr(i, 12);
            i += 11;
        } else if (unit >= 0xDC80 && unit <= 0xDCFF) {
            result += "\\udbff\\udf" + json.substr(i + 4, 2);
            i += 5;
            any = true;
        } else if (json[i] == '\\' && i + 1 < json.size()) {
            result += json.substr(i, 2);
            ++i;
        } else {
            result += json[i];
        }
    }
    if (any)
        json = std::move(result);
    return any;
}

std::string raw_bytes(std::string_view text) {
    static constexpr std::string_view prefix = "\xF4\x8F"; // of U+10FF80: F4 8F BE 80
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i + 4 <= text.size() && text.substr(i, 2) == prefix &&
            (text[i + 2] == '\xBE' || text[i + 2] == '\xBF')) {
            const int low = (text[i + 2] == '\xBF' ? 0x40 : 0) |
                            (static_cast<unsigned char>(text[i + 3]) & 0x3F);
            result += static_cast<char>(0x80 | low);
            i += 3;
            continue;
        }
        result += text[i];
    }
    return result;
}

base::Result<std::string> member(const Json &object, const char *key) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_string())
        return base::invalid("`" + std::string(key) + "` is missing or no string");
    return found->get<std::string>();
}

base::Result<Question> read_question(std::string json, Json &id, model::Dialect fallback) {
    const bool raw = replace_raw_bytes(json);
    const Json object = Json::parse(json, nullptr, false);
    if (!object.is_object())
        return base::invalid("the line is no JSON object");
    if (const auto found = object.find("id"); found != object.end())
        id = *found;
    Question question;
    if (object.contains("hex")) {
        SALLYPORT_TRY(const std::string digits, member(object, "hex"));
        SALLYPORT_TRY(const base::Bytes bytes, base::from_hex(digits));
        question.text = base::to_text(bytes);
    } else {
        SALLYPORT_TRY(const std::string text, member(object, "line"));
        question.text = raw ? raw_bytes(text) : text;
    }
    question.dialect = fallback;
    if (object.contains("dialect")) {
        SALLYPORT_TRY(const std::string dialect, member(object, "dialect"));
        SALLYPORT_TRY(question.dialect, model::parse_dialect(dialect));
    }
    if (object.contains("kind")) {
        SALLYPORT_TRY(const std::string kind, member(object, "kind"));
        SALLYPORT_TRY(question.kind, model::parse_action_kind(kind));
        if (!has_text(question.kind))
            return base::invalid("`kind` is exec, line or script");
    }
    const std::size_t limit =
        question.kind == model::ActionKind::Script ? base::max_script_bytes : base::max_unit_bytes;
    if (question.text.size() > limit)
        return base::fail(base::ErrorCode::TooLarge,
                          "`line` is longer than " + std::to_string(limit) + " bytes");
    return question;
}

Json empty_answer(const Json &id) {
    return Json{{"id", id},
                {"verdict", "deny"},
                {"rules", Json::array({"not-judged"})},
                {"commands", Json::array()},
                {"opaque", Json::array()},
                {"effects", Json::array()},
                {"error", nullptr}};
}

Json refusal(const Json &id, const base::Error &error) {
    Json answer = empty_answer(id);
    if (error.code == base::ErrorCode::TooLarge)
        answer["error"] = {{"state", "over-limit"}, {"message", error.message}};
    else
        answer["error"] = {{"state", "input"}, {"message", error.message}};
    return answer;
}

Json answer_of(const Json &id, const model::Decision &decision, const model::CommandFacts &facts) {
    Json answer = empty_answer(id);
    answer["verdict"] = model::verdict_name(decision.verdict);
    answer["rules"] = decision.rules;
    std::set<std::string_view> opaque, effects;
    for (const model::Opaque &reason : facts.opaque)
        opaque.insert(model::opaque_reason_name(reason.reason));
    for (const model::Command &command : facts.commands) {
        Json words = Json::array();
        for (const model::FactWord &word : command.argv)
            words.push_back(word.shown());
        answer["commands"].push_back(std::move(words));
        for (const model::Opaque &reason : command.opaque)
            opaque.insert(model::opaque_reason_name(reason.reason));
        for (const model::Effect effect : command.effects)
            effects.insert(model::effect_name(effect));
    }
    answer["opaque"] = opaque;
    answer["effects"] = effects;
    if (facts.state == model::ParseState::Ok)
        return answer;
    answer["error"] = {{"state", model::parse_state_name(facts.state)},
                       {"message", decision.message}};
    if (facts.error) {
        answer["error"]["line"] = facts.error->line;
        answer["error"]["column"] = facts.error->column;
    }
    return answer;
}

} // namespace

bool has_text(model::ActionKind kind) {
    return kind == model::ActionKind::Exec || kind == model::ActionKind::Line ||
           kind == model::ActionKind::Script;
}

bool read_line(std::istream &in, std::string &line, bool &fits, std::size_t limit) {
    line.clear();
    fits = true;
    std::streambuf &buffer = *in.rdbuf();
    using Traits = std::istream::traits_type;
    int next = buffer.sbumpc();
    if (next == Traits::eof())
        return false;
    for (; next != Traits::eof() && next != '\n'; next = buffer.sbumpc()) {
        if (line.size() < limit)
            line += Traits::to_char_type(next);
        else
            fits = false;
    }
    return true;
}

policy::Ports policy_ports(const PolicySource &source) {
    std::vector<std::string> directories;
    if (!source.include_directory.empty())
        directories.push_back(source.include_directory);
    else
        for (const std::string &file : source.files)
            directories.push_back(directory_of(file));
    policy::Ports ports;
    ports.include = [directories](std::string_view name) {
        return read_include(directories, name);
    };
    ports.zone = read_zone;
    ports.digest = [](std::string_view text) {
        return base::hex(crypto::sha256(base::as_bytes(text)));
    };
    return ports;
}

std::optional<policy::Policy> load_policy(const PolicySource &source, std::ostream &err) {
    std::vector<policy::File> files;
    bool missing = false;
    for (const std::string &path : source.files) {
        base::Result<std::string> text = read_file(path, policy::max_policy_bytes);
        if (!text.ok()) {
            err << base::printable(path) << ": " << text.error().message << "\n";
            missing = true;
            continue;
        }
        files.push_back({path, std::move(text).value()});
    }
    std::map<std::string, std::string> texts; // of all files, to show where a fault is
    for (const policy::File &file : files)
        texts[file.name] = file.text;
    policy::Ports ports = policy_ports(source);
    ports.include = [&texts, read = ports.include](std::string_view name) {
        base::Result<std::string> text = read(name);
        if (text.ok())
            texts[std::string(name)] = text.value();
        return text;
    };
    policy::Loaded loaded = policy::Policy::load(files, ports);
    for (const policy::Fault &fault : loaded.faults)
        err << policy::fault_line(fault) << "\n" << policy::fault_excerpt(fault, texts[fault.file]);
    return missing ? std::nullopt : std::move(loaded.policy);
}

int knowledge_check(const facts::Knowledge &knowledge, std::ostream &out) {
    const facts::ExampleReport report = facts::check_examples(knowledge);
    for (const std::string &fault : report.faults)
        out << fault << "\n";
    out << report.commands << " commands, " << report.examples << " examples, " << report.escapes
        << " escapes, " << report.faults.size() << " faults\n";
    return report.faults.empty() ? 0 : exit_failed;
}

int policy_check(const PolicySource &source, const policy::Judge &judge, std::ostream &out,
                 std::ostream &err) {
    const std::optional<policy::Policy> policy = load_policy(source, err);
    if (!policy)
        return exit_faults;
    const std::vector<policy::Fault> found = policy->check(judge);
    for (const policy::Fault &fault : found)
        out << policy::fault_line(fault) << "\n";
    out << policy->rule_count() << " rules, " << found.size() << " remarks\n";
    return found.empty() ? 0 : exit_failed;
}

int policy_test(const PolicySource &source, const policy::Judge &judge, std::ostream &out,
                std::ostream &err) {
    const std::optional<policy::Policy> policy = load_policy(source, err);
    if (!policy)
        return exit_faults;
    std::size_t passed = 0, failed = 0;
    for (const policy::TestResult &result : policy->run_tests(judge)) {
        ++(result.passed ? passed : failed);
        if (!result.passed)
            out << result.file << ":" << result.line << ": " << result.rule << ": " << result.name
                << ": " << result.message << "\n";
    }
    out << passed << " passed, " << failed << " failed\n";
    if (passed + failed == 0)
        err << "the policy has no test\n";
    return failed == 0 && passed != 0 ? 0 : exit_failed;
}

int policy_print(const PolicySource &source, std::ostream &out, std::ostream &err) {
    const std::optional<policy::Policy> policy = load_policy(source, err);
    if (!policy)
        return exit_faults;
    out << policy->print();
    return 0;
}

int policy_schema(std::ostream &out) {
    out << policy::schema();
    return 0;
}

int policy_explain(const PolicySource &source, const ExplainOptions &options,
                   const policy::Judge &judge, std::ostream &out, std::ostream &err) {
    const std::optional<policy::Policy> policy = load_policy(source, err);
    if (!policy)
        return exit_faults;
    base::Result<model::Action> action = make_action(options.circumstances, *policy);
    const base::Result<model::ActionKind> kind = model::parse_action_kind(options.kind);
    if (!action.ok() || !kind.ok()) {
        err << (action.ok() ? kind.error() : action.error()).message << "\n";
        return exit_usage;
    }
    action->kind = kind.value();
    action->bytes = options.text;
    if (options.dialect) {
        const base::Result<model::Dialect> dialect = model::parse_dialect(*options.dialect);
        if (!dialect.ok()) {
            err << dialect.error().message << "\n";
            return exit_usage;
        }
        action->dialect = dialect.value();
    }
    model::Decision decision;
    if (has_text(action->kind)) {
        const model::CommandFacts facts = judge(*action);
        decision = policy->decide(action.value(), &facts);
    } else {
        decision = policy->decide(action.value(), nullptr);
    }
    for (const std::string &line : decision.explanation)
        out << line << "\n";
    return 0;
}

int policy_judge(const PolicySource &source, const Circumstances &circumstances,
                 const policy::Judge &judge, std::istream &in, std::ostream &out,
                 std::ostream &err) {
    const std::optional<policy::Policy> policy = load_policy(source, err);
    if (!policy)
        return exit_faults;
    base::Result<model::Action> action = make_action(circumstances, *policy);
    if (!action.ok()) {
        err << action.error().message << "\n";
        return exit_usage;
    }
    std::optional<policy::Selection> selection; // only the kind of action changes
    std::string line;
    bool fits = true;
    while (read_line(in, line, fits, max_judge_line_bytes)) {
        Json id;
        base::Result<Question> question =
            fits ? read_question(line, id, action->dialect)
                 : base::fail(base::ErrorCode::TooLarge, "the input line is too long");
        Json answer;
        if (question.ok()) {
            model::Action asked = action.value();
            asked.kind = question->kind;
            asked.dialect = question->dialect;
            asked.bytes = std::move(question->text);
            const model::CommandFacts facts = judge(asked);
            if (!selection || !selection->fits(asked))
                selection = policy->select(asked);
            answer = answer_of(id, selection->decide(asked, &facts), facts);
        } else {
            answer = refusal(id, question.error());
        }
        // `replace`: a command may hold bytes that are no UTF-8
        out << answer.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
        if (in.rdbuf()->in_avail() <= 0) // who asks one line at a time waits for the answer
            out.flush();
    }
    out.flush();
    return out ? 0 : exit_failed;
}

} // namespace sallyport::cli
