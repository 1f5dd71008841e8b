// SPDX-License-Identifier: Apache-2.0
// MB/s of mask::Stream with the shipped rules on one core, by CPU time: log lines, plain, with
// words that leads begin with, with a secret on every tenth line, with colours; base64 lines;
// random bytes; and microseconds for one echoed key. Argument: the rules file.
#include "sallyport/mask/stream.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>

using namespace sallyport;

namespace {

double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

class Noise {
  public:
    std::uint32_t operator()() { return (state_ = state_ * 1664525 + 1013904223) >> 8; }
    std::string text(std::size_t size, std::string_view alphabet) {
        std::string made;
        while (made.size() < size)
            made += alphabet[(*this)() % alphabet.size()];
        return made;
    }

  private:
    std::uint32_t state_ = 1;
};

constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
// The last three are leads of rules, as far as their letters go.
constexpr std::string_view words[] = {
    "session", "opened", "for",     "user",   "root",   "connection", "from",     "port",
    "started", "failed", "service", "kernel", "device", "timeout",    "accepted", "cache",
    "request", "GET",    "200",     "status", "disk",   "mounted",    "token",    "authentication",
    "key"};
constexpr std::size_t plain_words = std::size(words) - 3;

enum class Log { Plain, LeadWords, Colour, Secrets };

std::string log_text(std::size_t size, Log kind) {
    const bool colour = kind == Log::Colour;
    const std::size_t known = kind == Log::LeadWords ? std::size(words) : plain_words;
    Noise noise;
    std::string text;
    for (unsigned line = 0; text.size() < size; ++line) {
        text += "Mar 14 09:" + std::to_string(10 + noise() % 50) + ":07 web" +
                std::to_string(noise() % 9) + " ";
        if (colour)
            text += "\x1b[32m";
        text += "sshd[" + std::to_string(noise() % 30000) + "]:";
        for (int i = 0; i < 9; ++i) {
            text += colour ? " \x1b[1;3" + std::to_string(noise() % 8) + "m" : " ";
            text += words[noise() % known];
        }
        if (kind == Log::Secrets && line % 10 == 0)
            text += " ghp_" + noise.text(36, base64_alphabet.substr(0, 62));
        text += colour ? "\x1b[0m\r\n" : "\r\n";
    }
    return text;
}

void measure(const char *name, const mask::Database &database, std::string_view text,
             std::size_t chunk) {
    mask::Stream stream(database, 80);
    base::Bytes out;
    std::size_t total = 0;
    const double start = cpu_seconds();
    while (cpu_seconds() - start < 0.7)
        for (std::size_t at = 0; at < text.size(); at += chunk) {
            out.clear();
            stream.feed(base::as_bytes(text.substr(at, chunk)), {}, out);
            total += std::min(chunk, text.size() - at);
        }
    std::printf("%-24s %6zu B chunks %8.0f MB/s\n", name, chunk,
                static_cast<double>(total) / 1e6 / (cpu_seconds() - start));
}

void measure_echo(const mask::Database &database) {
    mask::Stream stream(database, 80);
    base::Bytes out;
    constexpr int keys = 200000;
    const double start = cpu_seconds();
    for (int i = 0; i < keys; ++i) {
        out.clear();
        stream.note_key({});
        stream.feed(base::as_bytes(i % 60 == 59 ? "\r\n" : "x"), {}, out);
    }
    std::printf("%-24s %8.2f us a key\n", "echo", (cpu_seconds() - start) * 1e6 / keys);
}

} // namespace

int main(int argc, char **argv) {
    std::ifstream file(argc > 1 ? argv[1] : "policies/mask/rules.toml");
    const std::string rules_text{std::istreambuf_iterator<char>(file), {}};
    const auto rules = mask::parse_rules(rules_text);
    if (!rules.ok()) {
        std::fprintf(stderr, "%s\n", rules.error().message.c_str());
        return 1;
    }
    const double start = cpu_seconds();
    const base::Bytes image = mask::compile(rules.value()).value();
    std::printf("%zu rules, image %zu bytes, compiled in %.2f ms\n", rules.value().size(),
                image.size(), (cpu_seconds() - start) * 1e3);
    const mask::Database database = mask::Database::open(image).value();
    constexpr std::size_t size = 8 * 1000 * 1000;
    Noise noise;
    std::string base64;
    while (base64.size() < size)
        base64 += noise.text(76, base64_alphabet) + "\n";
    std::string random(size, '\0');
    for (char &byte : random)
        byte = static_cast<char>(noise());
    for (const std::size_t chunk : {32768UL, 4096UL, 1400UL})
        measure("log", database, log_text(size, Log::Plain), chunk);
    measure("log with lead words", database, log_text(size, Log::LeadWords), 32768);
    measure("log with secrets", database, log_text(size, Log::Secrets), 32768);
    measure("colour", database, log_text(size, Log::Colour), 32768);
    measure("base64", database, base64, 32768);
    measure("random", database, random, 32768);
    measure_echo(database);
}
