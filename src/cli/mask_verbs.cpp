// SPDX-License-Identifier: Apache-2.0
#include "mask_verbs.hpp"

#include "sallyport/base/log.hpp"
#include "sallyport/mask/text.hpp"
#include "sallyport/os/files.hpp"

#include <cerrno>
#include <istream>
#include <memory>
#include <ostream>

#include <nlohmann/json.hpp>
#include <unistd.h>

namespace sallyport::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int exit_failed = 1;
constexpr int exit_faults = 78;
constexpr unsigned max_columns = 10000;

// Rules, their image and what reads it: the image must stay where it is.
struct LoadedRules {
    std::vector<mask::Rule> rules;
    base::Bytes image;
    mask::Database database;
};

base::Result<std::unique_ptr<LoadedRules>> load(const std::string &file) {
    auto loaded = std::make_unique<LoadedRules>();
    SALLYPORT_TRY(const std::string text, os::read_text(file, mask::max_rules_file_bytes));
    auto rules = mask::parse_rules(text);
    if (!rules.ok())
        return base::within(file, rules.error());
    loaded->rules = std::move(rules).value();
    SALLYPORT_TRY(loaded->image, mask::compile(loaded->rules));
    SALLYPORT_TRY(loaded->database, mask::Database::open(loaded->image));
    return loaded;
}

int report(const base::Error &error, std::ostream &err, int status = exit_faults) {
    err << "sallyport: " << base::printable(error.message) << "\n";
    return status;
}

Json answer(const mask::Database &database, const std::string &line, bool &failed) {
    const Json input = Json::parse(line, nullptr, false);
    Json output;
    output["id"] = input.is_object() && input.contains("id") ? input["id"] : Json();
    failed = true;
    if (!input.is_object() || !input.contains("text") || !input["text"].is_string()) {
        output["error"] = "expected {\"id\",\"text\",\"cols\"}";
        return output;
    }
    unsigned columns = 0;
    if (input.contains("cols") && !input["cols"].is_null()) {
        if (!input["cols"].is_number_unsigned() ||
            input["cols"].get<std::uint64_t>() > max_columns) {
            output["error"] = "`cols` must be null or a number of columns";
            return output;
        }
        columns = input["cols"].get<unsigned>();
    }
    failed = false;
    const mask::MaskedText masked =
        mask::mask_text(database, input["text"].get_ref<const std::string &>(), columns);
    output["spans"] = Json::array();
    for (const mask::MaskedSpan &span : masked.spans)
        output["spans"].push_back(
            Json{{"s", span.s}, {"e", span.e}, {"rule", database.rule_id(span.rule)}});
    output["text"] = masked.text;
    return output;
}

// Reads one line; false at the end. An over-long line is cut, and the rest of it skipped.
bool read_line(std::istream &in, std::string &line) {
    line.clear();
    for (int c = in.get(); c != std::istream::traits_type::eof(); c = in.get()) {
        if (c == '\n')
            return true;
        if (line.size() <= max_mask_line_bytes)
            line += static_cast<char>(c);
    }
    return !line.empty();
}

bool example_holds(const mask::Database &database, const std::string &text,
                   const std::string &expected, const std::string &id, std::ostream &err) {
    const std::string masked = mask::mask_text(database, text).text;
    if (masked == expected)
        return true;
    err << "rule " << id << "\n  text:     " << base::printable(text)
        << "\n  expected: " << base::printable(expected)
        << "\n  masked:   " << base::printable(masked) << "\n";
    return false;
}

} // namespace

int mask_filter(const std::string &rules_file, unsigned columns, int input, std::ostream &out,
                std::ostream &err) {
    const auto loaded = load(rules_file);
    if (!loaded.ok())
        return report(loaded.error(), err);
    mask::Stream stream(loaded.value()->database, columns);
    std::vector<char> buffer(32 * 1024);
    base::Bytes masked;
    const auto show = [&] {
        out.write(reinterpret_cast<const char *>(masked.data()),
                  static_cast<std::streamsize>(masked.size()));
        masked.clear();
    };
    // read(2) and not a stream: what is there is passed on at once, only an empty input is waited
    // for.
    for (;;) {
        const ssize_t size = ::read(input, buffer.data(), buffer.size());
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0)
            return report(base::fail(base::ErrorCode::Unavailable, "the input cannot be read"), err,
                          exit_failed);
        if (size == 0)
            break;
        stream.feed(base::as_bytes({buffer.data(), static_cast<std::size_t>(size)}), {}, masked);
        show();
        out.flush();
    }
    stream.finish(masked);
    show();
    out.flush();
    return out.good() ? 0 : exit_failed;
}

int mask_jsonl(const std::string &rules_file, std::istream &in, std::ostream &out,
               std::ostream &err) {
    const auto loaded = load(rules_file);
    if (!loaded.ok())
        return report(loaded.error(), err);
    int status = 0;
    for (std::string line; read_line(in, line);) {
        if (line.empty())
            continue;
        bool failed = false;
        const Json output = answer(loaded.value()->database, line, failed);
        out << output.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
        status = failed ? exit_failed : status;
    }
    out.flush();
    return status;
}

int mask_test(const std::string &rules_file, std::ostream &out, std::ostream &err) {
    const auto loaded = load(rules_file);
    if (!loaded.ok())
        return report(loaded.error(), err);
    std::size_t passed = 0;
    std::size_t failed = 0;
    const auto count = [&](bool holds) { ++(holds ? passed : failed); };
    for (const mask::Rule &rule : loaded.value()->rules) {
        const auto image = mask::compile({rule});
        if (!image.ok())
            return report(image.error(), err);
        const auto alone = mask::Database::open(image.value());
        if (!alone.ok())
            return report(alone.error(), err);
        for (const auto &[text, expected] : rule.positive) {
            count(example_holds(alone.value(), text, expected, rule.id, err));
            count(example_holds(loaded.value()->database, text, expected, rule.id, err));
        }
        for (const std::string &text : rule.negative)
            count(example_holds(alone.value(), text, text, rule.id, err));
        if (rule.positive.empty())
            err << "rule " << rule.id << " has no positive example\n";
    }
    out << loaded.value()->rules.size() << " rules, " << passed << " passed, " << failed
        << " failed\n";
    return failed == 0 && passed > 0 ? 0 : exit_failed;
}

} // namespace sallyport::cli
