// SPDX-License-Identifier: Apache-2.0
#include "record_verbs.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/base/log.hpp"
#include "sallyport/crypto/record_digest.hpp"
#include "sallyport/crypto/signature.hpp"
#include "sallyport/os/files.hpp"
#include "sallyport/record/seal.hpp"

#include <algorithm>
#include <ostream>

#include <nlohmann/json.hpp>

namespace sallyport::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int exit_failed = 1;
constexpr int exit_unreadable = 2;
constexpr std::string_view record_suffix = ".cast.zst";
constexpr std::size_t max_key_file_bytes = 16 * 1024;

int unreadable(const base::Error &error, std::ostream &err) {
    err << "sallyport: " << base::printable(error.message) << "\n";
    return exit_unreadable;
}

base::Result<std::string> read_record(const std::string &path) {
    return os::read_text(path, max_record_file_bytes);
}

std::string seal_path(const VerifyOptions &options) {
    if (!options.seal.empty())
        return options.seal;
    std::string path = options.record;
    if (path.size() > record_suffix.size() &&
        path.compare(path.size() - record_suffix.size(), record_suffix.size(), record_suffix) == 0)
        path.resize(path.size() - record_suffix.size());
    return path + ".seal";
}

// The DER inside a PEM block, or the bytes themselves.
base::Result<base::Bytes> read_key(const std::string &path) {
    SALLYPORT_TRY(const std::string text, os::read_text(path, max_key_file_bytes));
    constexpr std::string_view begin = "-----BEGIN PUBLIC KEY-----";
    constexpr std::string_view end = "-----END PUBLIC KEY-----";
    const std::size_t from = text.find(begin);
    const std::size_t to = text.find(end);
    if (from == std::string::npos)
        return base::to_bytes(text);
    if (to == std::string::npos || to < from)
        return base::invalid("`" + path + "` is no public key");
    std::string body = text.substr(from + begin.size(), to - from - begin.size());
    body.erase(std::remove_if(body.begin(), body.end(),
                              [](char c) { return c == '\n' || c == '\r' || c == ' '; }),
               body.end());
    return base::from_base64(body);
}

std::string time_span(const record::VerifyReport &report) {
    std::string text = base::rfc3339(report.head.start);
    if (report.foot)
        text += ", " + std::string(record::end_reason_name(report.foot->reason));
    if (report.foot && report.foot->exit >= 0)
        text += " with " + std::to_string(report.foot->exit);
    return text;
}

Json report_json(const record::VerifyReport &report, bool passed) {
    Json json;
    json["session"] = base::crockford(report.head.session);
    json["passed"] = passed;
    json["intact"] = report.intact();
    json["sealed"] = report.sealed;
    json["start"] = base::rfc3339(report.head.start);
    json["frames"] = report.frames;
    json["events"] = report.events;
    json["commands"] = report.markers;
    json["bytes"] = report.raw_bytes;
    json["chain"] = base::hex(report.chain.chain);
    json["reason"] = report.foot ? Json(record::end_reason_name(report.foot->reason)) : Json();
    json["findings"] = Json::array();
    for (const record::Finding &finding : report.findings)
        json["findings"].push_back(
            Json{{"fault", record::fault_name(finding.fault)}, {"text", finding.text}});
    return json;
}

void print_report(const record::VerifyReport &report, bool passed, std::ostream &out) {
    out << "record " << base::crockford(report.head.session) << ": " << (passed ? "true" : "FALSE")
        << ", " << (report.intact() ? "intact" : "NOT intact")
        << (report.sealed ? ", sealed" : ", not sealed") << "\n"
        << "  " << time_span(report) << "\n"
        << "  " << report.frames << " frames, " << report.events << " events, " << report.markers
        << " commands, " << report.raw_bytes << " bytes\n"
        << "  chain " << base::hex(report.chain.chain) << "\n";
    for (const record::Finding &finding : report.findings)
        out << "  " << record::fault_name(finding.fault) << ": " << base::printable(finding.text)
            << "\n";
}

// Calls `use` with every event.
base::Status for_each_event(base::BytesView file,
                            const std::function<base::Status(const record::CastEvent &)> &use) {
    bool header = true;
    return record::for_each_line(file, [&](std::string_view line) -> base::Status {
        if (std::exchange(header, false))
            return base::success();
        SALLYPORT_TRY(const record::CastEvent event, record::parse_event_line(line));
        return use(event);
    });
}

std::string text_of(const Json &json, const char *key) {
    const auto found = json.is_object() ? json.find(key) : json.end();
    if (!json.is_object() || found == json.end() || !found->is_string())
        return {};
    return base::printable(found->get<std::string>(), 200);
}

// What a list shows of one record; only its head, first frame and foot are believed as claims.
Json summary(const std::string &path) {
    Json json;
    json["file"] = path;
    const auto file = read_record(path);
    const auto walker = file.ok() ? record::Walker::open(base::as_bytes(file.value()))
                                  : base::Result<record::Walker>(file.error());
    if (!walker.ok()) {
        json["error"] = walker.error().message;
        return json;
    }
    record::Walker walk = walker.value();
    json["session"] = base::crockford(walk.head().session);
    json["start"] = base::rfc3339(walk.head().start);
    std::uint64_t commands = 0;
    std::uint64_t last_us = 0;
    bool first = true;
    for (;;) {
        const auto frame = walk.next();
        if (!frame.ok())
            json["error"] = frame.error().message;
        if (!frame.ok() || !frame.value())
            break;
        commands += frame.value()->link.markers;
        last_us = frame.value()->link.last_us;
        if (!std::exchange(first, false))
            continue;
        const auto raw = record::decompress(*frame.value());
        const Json header =
            raw.ok() ? Json::parse(raw.value().substr(0, raw.value().find('\n')), nullptr, false)
                     : Json();
        const Json who = header.is_object() ? header.value("sallyport", Json()) : Json();
        json["person"] = text_of(who, "person");
        json["account"] = text_of(who, "account");
        json["target"] = text_of(who, "target");
    }
    json["seconds"] = static_cast<double>(last_us) / 1e6;
    json["commands"] = commands;
    json["reason"] =
        walk.foot() ? Json(record::end_reason_name(walk.foot()->reason)) : Json("unfinished");
    json["sealed"] = os::exists(path.substr(0, path.size() - record_suffix.size()) + ".seal");
    return json;
}

base::Status find_records(const std::string &directory, int depth,
                          std::vector<std::string> &paths) {
    SALLYPORT_TRY(const std::vector<std::string> names, os::list_directory(directory, ""));
    for (const std::string &name : names) {
        const std::string path = directory + "/" + name;
        const bool is_record = name.size() > record_suffix.size() &&
                               name.compare(name.size() - record_suffix.size(),
                                            record_suffix.size(), record_suffix) == 0;
        if (is_record)
            paths.push_back(path);
        else if (depth > 0 && name.find_first_not_of("0123456789") == std::string::npos)
            SALLYPORT_CHECK(find_records(path, depth - 1, paths));
    }
    return base::success();
}

} // namespace

int record_verify(const VerifyOptions &options, std::ostream &out, std::ostream &err) {
    const auto file = read_record(options.record);
    if (!file.ok())
        return unreadable(file.error(), err);
    std::string seal;
    if (const std::string path = seal_path(options); os::exists(path)) {
        const auto text = os::read_text(path, record::max_seal_bytes);
        if (!text.ok())
            return unreadable(text.error(), err);
        seal = text.value();
        if (seal.empty())
            seal = "\n"; // an empty seal is a damaged one, not an absent one
    }
    std::vector<base::Bytes> keys;
    for (const std::string &path : options.keys) {
        const auto key = read_key(path);
        if (!key.ok())
            return unreadable(key.error(), err);
        keys.push_back(key.value());
    }
    const auto signature = [&](std::string_view id, base::BytesView message,
                               base::BytesView signed_by) {
        for (const base::Bytes &key : keys)
            if (crypto::spki_key_id(key) == id)
                return crypto::verify_ed25519(key, message, signed_by);
        return false;
    };
    const record::VerifyReport report = record::verify(
        base::as_bytes(file.value()), seal, signature, options.expected, crypto::RecordDigest());
    const bool passed = report.intact() && (report.sealed || (options.unsealed && seal.empty()));
    if (options.json)
        out << report_json(report, passed).dump(-1, ' ', false, Json::error_handler_t::replace)
            << "\n";
    else
        print_report(report, passed, out);
    return passed ? 0 : exit_failed;
}

int record_play(const PlayOptions &options, const Sleep &sleep, std::ostream &out,
                std::ostream &err) {
    const auto file = read_record(options.record);
    if (!file.ok())
        return unreadable(file.error(), err);
    record::Offset last{0};
    std::uint64_t commands = 0;
    const auto status = for_each_event(
        base::as_bytes(file.value()), [&](const record::CastEvent &event) -> base::Status {
            commands += event.code == "m" ? 1 : 0;
            const bool skipped = options.command && commands < *options.command;
            if (skipped)
                last = event.time;
            if (skipped || event.code != "o")
                return base::success();
            record::Offset pause = std::max(event.time - last, record::Offset{0});
            last = event.time;
            if (options.idle)
                pause = std::min<record::Offset>(pause, *options.idle);
            const auto scaled = static_cast<std::int64_t>(static_cast<double>(pause.count()) /
                                                          std::max(options.speed, 0.001));
            if (scaled > 0 && !sleep(std::chrono::microseconds{scaled}))
                return base::fail(base::ErrorCode::Conflict, "stopped");
            out << event.data << std::flush;
            return base::success();
        });
    if (!status.ok() && status.error().code != base::ErrorCode::Conflict) {
        err << "sallyport: " << base::printable(status.error().message) << "\n";
        return exit_failed;
    }
    return 0;
}

int record_export(const std::string &path, const record::ExportOptions &options, std::ostream &out,
                  std::ostream &err) {
    const auto file = read_record(path);
    if (!file.ok())
        return unreadable(file.error(), err);
    const auto status =
        record::export_record(base::as_bytes(file.value()), options, [&](std::string_view piece) {
            out << piece;
            return out.good() ? base::success()
                              : base::Status(base::fail(base::ErrorCode::Unavailable,
                                                        "the output cannot be written"));
        });
    out.flush();
    if (status.ok())
        return 0;
    err << "sallyport: " << base::printable(status.error().message) << "\n";
    return exit_failed;
}

int record_cat(const std::string &path, std::ostream &out, std::ostream &err) {
    const PlayOptions options{path, 1.0, std::chrono::milliseconds{0}, std::nullopt};
    return record_play(
        options, [](std::chrono::microseconds) { return true; }, out, err);
}

int record_list(const std::string &directory, bool json, std::ostream &out, std::ostream &err) {
    std::vector<std::string> paths;
    if (const auto status = find_records(directory, 3, paths); !status.ok())
        return unreadable(status.error(), err);
    for (const std::string &path : paths) {
        const Json one = summary(path);
        if (json) {
            out << one.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
            continue;
        }
        if (!one.contains("session")) {
            out << base::printable(path) << "  " << text_of(one, "error") << "\n";
            continue;
        }
        out << one["session"].get<std::string>() << "  " << one["start"].get<std::string>() << "  "
            << text_of(one, "person") << "  " << text_of(one, "account") << "@"
            << text_of(one, "target") << "  " << one["commands"] << " commands  "
            << text_of(one, "reason") << (one["sealed"].get<bool>() ? "" : "  not sealed") << "\n";
    }
    return 0;
}

} // namespace sallyport::cli
