// SPDX-License-Identifier: Apache-2.0
// The verified records: lines with what real shells executed. Nothing is executed here. A record
// that is not satisfied stands in facts_gaps.jsonl with its reason; an entry there that is
// satisfied fails the test, so that the list can only shrink.
#include "support.hpp"

#include <map>
#include <set>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

namespace {
using namespace sallyport;
using namespace sallyport::facts::testing;
using Json = nlohmann::json;

struct Record {
    std::string line, record_class, category, inner;
    std::vector<model::Dialect> dialects;
    std::vector<std::vector<std::string>> runs;
    bool opaque = false, fold = false, hole = false, pty = false;
};

// Bytes that are no UTF-8 are lone surrogates U+DC80.. in the file; JSON has none. They pass
// through the private use area.
std::string to_private(const std::string &line) {
    std::string out = line;
    for (std::size_t at = out.find("\\udc"); at != std::string::npos; at = out.find("\\udc", at))
        out.replace(at, 4, "\\ue0");
    return out;
}
std::string to_bytes(const std::string &text) { // U+E080..U+E0FF is EE 82 80 .. EE 83 BF
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
        if (byte == 0xEE && (next == 0x82 || next == 0x83) && i + 2 < text.size()) {
            const auto low = static_cast<unsigned char>(text[i + 2]) & 0x3F;
            out += static_cast<char>((next & 0x03) * 64 + low);
            i += 2;
            continue;
        }
        out += text[i];
    }
    return out;
}

std::vector<Record> records() {
    std::istringstream lines(file("tests/data/judge/examples.jsonl"));
    std::vector<Record> all;
    for (std::string line; std::getline(lines, line);) {
        const Json json = Json::parse(to_private(line));
        Record record;
        record.line = to_bytes(json.at("line").get<std::string>());
        record.record_class = json.at("class").get<std::string>();
        record.category = json.at("cat").get<std::string>();
        record.inner = json.value("inner", "");
        record.opaque = json.at("opaque").get<bool>();
        record.fold = json.value("fold", false);
        record.pty = json.contains("pty");
        record.hole = json.contains("hole");
        record.dialects.push_back(
            model::parse_dialect(json.at("dialect").get<std::string>()).value());
        for (const auto &also : json.at("also"))
            record.dialects.push_back(model::parse_dialect(also.get<std::string>()).value());
        for (const auto &run : json.at("runs")) {
            record.runs.emplace_back();
            for (const auto &word : run)
                record.runs.back().push_back(to_bytes(word.get<std::string>()));
        }
        all.push_back(std::move(record));
    }
    return all;
}

// Whether a word may have been `text`: literals must fit, patterns and holes fit anything.
bool may_be(const model::FactWord &word, const std::string &text, std::size_t part = 0,
            std::size_t at = 0) {
    if (part == word.parts.size())
        return at == text.size();
    const model::WordPart &next = word.parts[part];
    if (next.kind == model::WordPartKind::Literal)
        return text.compare(at, next.text.size(), next.text) == 0 &&
               may_be(word, text, part + 1, at + next.text.size());
    for (std::size_t end = at; end <= text.size(); ++end) {
        if (may_be(word, text, part + 1, end))
            return true;
    }
    return false;
}

bool may_be(const std::vector<model::FactWord> &words, const std::vector<std::string> &run,
            std::size_t word, std::size_t at) {
    if (word == words.size())
        return at == run.size();
    const bool globs =
        std::any_of(words[word].parts.begin(), words[word].parts.end(),
                    [](const auto &part) { return part.kind != model::WordPartKind::Literal; });
    if (at < run.size() && may_be(words[word], run[at]) && may_be(words, run, word + 1, at + 1))
        return true;
    if (!globs)
        return false;
    for (std::size_t end = at; end <= run.size(); ++end) { // no word, or several
        if (may_be(words, run, word + 1, end))
            return true;
    }
    return false;
}

bool is_judged(const std::vector<std::string> &run, const model::CommandFacts &facts) {
    return std::any_of(facts.commands.begin(), facts.commands.end(), [&](const auto &command) {
        if (command.argv.empty() || !command.name.literal() || command.name.text() != run[0])
            return false;
        return may_be(command.argv, run, 1, 1);
    });
}

// The shell that a wrapper puts between itself and the text that we judge.
bool is_implied_shell(const std::vector<std::string> &run) {
    static const std::set<std::string> shells{"sh", "bash", "dash", "zsh"};
    return run.size() >= 2 && shells.count(run[0]) != 0 && run[1] == "-c";
}

// Empty: satisfied. Otherwise what is missing.
std::string missing_run(const Record &record, const model::CommandFacts &facts) {
    for (const auto &run : record.runs) {
        if (!is_judged(run, facts) && !is_implied_shell(run))
            return "not judged: " + run[0] + (run.size() > 1 ? " " + run[1] : "");
    }
    return "";
}

std::string sound(const Record &record, const model::CommandFacts &facts) {
    if (facts.state != model::ParseState::Ok || is_opaque(facts))
        return "";
    return missing_run(record, facts);
}

std::string check_benign(const Record &record, const model::CommandFacts &facts) {
    if (facts.state != model::ParseState::Ok)
        return "refused";
    if (is_opaque(facts))
        return "opaque";
    if (has_effect(facts, model::Effect::Destroy) || has_effect(facts, model::Effect::Delete))
        return "destroys or deletes";
    if (has_effect(facts, model::Effect::Privilege) &&
        record.line.find("sudo") == std::string::npos)
        return "privilege";
    return missing_run(record, facts);
}

std::string check_opaque(const Record &record, const model::CommandFacts &facts) {
    if (record.hole && facts.state == model::ParseState::Ok)
        return missing_run(record, facts);
    if (record.pty) {
        const auto typed = judged(record.line, record.dialects[0], session(true));
        return is_opaque(typed) ? "" : "not opaque with a terminal";
    }
    if (facts.state != model::ParseState::Ok)
        return "refused";
    if (!record.opaque)
        return sound(record, facts);
    if (is_opaque(facts))
        return "";
    return record.fold ? missing_run(record, facts) : "not opaque";
}

std::string check_outer(const Record &record, const model::CommandFacts &facts) {
    if (facts.state != model::ParseState::Ok)
        return record.runs.empty() ? "" : "refused";
    if (const std::string missing = missing_run(record, facts); !missing.empty())
        return is_opaque(facts) ? "" : missing;
    if (is_opaque(facts))
        return "";
    if (record.opaque && !record.fold)
        return "not opaque";
    const std::string suffix = " by documentation";
    if (record.inner.size() > suffix.size()) {
        const auto rm = named(facts, "rm");
        if (rm.empty() || !rm[0].has(model::Effect::Destroy))
            return "inner command not judged";
    }
    return "";
}

std::string check(const Record &record, model::Dialect dialect) {
    const auto facts = judged(record.line, dialect);
    if (facts.state == model::ParseState::OverLimit)
        return "over a limit";
    if (record.record_class == "benign")
        return check_benign(record, facts);
    if (record.record_class == "opaque")
        return check_opaque(record, facts);
    if (record.record_class == "outer")
        return check_outer(record, facts);
    if (record.record_class == "rejected")
        return facts.state == model::ParseState::Error ||
                       facts.state == model::ParseState::Incomplete
                   ? ""
                   : "accepted";
    return sound(record, facts); // evasion, other, inert
}

std::map<std::pair<std::string, std::string>, std::string> known_gaps(bool also) {
    std::istringstream lines(file("tests/data/judge/facts_gaps.jsonl"));
    std::map<std::pair<std::string, std::string>, std::string> gaps;
    for (std::string line; std::getline(lines, line);) {
        const Json json = Json::parse(to_private(line));
        if (json.value("also", false) != also) // of a shell that the record names besides
            continue;
        gaps[{json.at("dialect").get<std::string>(),
              to_bytes(json.at("line").get<std::string>())}] = json.at("reason").get<std::string>();
    }
    return gaps;
}
} // namespace

TEST_SUITE("facts.records") {
    TEST_CASE("every verified record is judged as its class demands, or is a gap with a reason") {
        const auto all = records();
        REQUIRE(all.size() == 2010);
        auto gaps = known_gaps(false);
        std::map<std::string, std::pair<int, int>> counts; // satisfied, all
        int opened = 0, openable = 0; // evasions that need not be opaque, and are not
        for (const Record &record : all) {
            if (record.record_class == "evasion" && !record.opaque) {
                const auto facts = judged(record.line, record.dialects[0]);
                ++openable;
                opened += facts.state == model::ParseState::Ok && !is_opaque(facts) ? 1 : 0;
            }
            const std::string problem = check(record, record.dialects[0]);
            auto &[good, total] = counts[record.record_class];
            ++total;
            const auto gap =
                gaps.find({std::string(model::dialect_name(record.dialects[0])), record.line});
            if (problem.empty()) {
                ++good;
                CHECK_MESSAGE(gap == gaps.end(), "no gap any more: ", record.line);
                continue;
            }
            if (gap != gaps.end()) {
                CHECK_MESSAGE(!gap->second.empty(), "a gap without a reason: ", record.line);
                gaps.erase(gap);
                continue;
            }
            FAIL_CHECK(record.record_class, " ", model::dialect_name(record.dialects[0]), ": ",
                       problem, "\n  line: ", record.line, "\n  ",
                       shown(judged(record.line, record.dialects[0])));
        }
        MESSAGE("evasions opened, not only opaque: ", opened, " of ", openable);
        CHECK_MESSAGE(gaps.empty(), "gaps that are no records: ", gaps.size());
        for (const auto &[name, count] : counts)
            MESSAGE(name, ": ", count.first, " of ", count.second);
    }

    TEST_CASE("what runs is judged, opaque or refused in every shell that agrees") {
        int runs = 0;
        const auto gaps = known_gaps(false), others = known_gaps(true);
        for (const Record &record : records()) {
            for (const model::Dialect dialect : record.dialects) {
                const auto facts = judged(record.line, dialect);
                const std::string problem = sound(record, facts);
                ++runs;
                const std::string first(model::dialect_name(record.dialects[0]));
                if (gaps.count({first, record.line}) != 0)
                    continue;
                const std::string name(model::dialect_name(dialect));
                if (others.count({name, record.line}) != 0) {
                    CHECK_MESSAGE(!problem.empty(), "no gap any more: ", record.line);
                    continue;
                }
                CHECK_MESSAGE(problem.empty(), model::dialect_name(dialect), ": ", problem,
                              "\n  line: ", record.line, "\n  ", shown(facts));
            }
        }
        CHECK(runs == 6528);
    }
}
