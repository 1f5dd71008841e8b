// SPDX-License-Identifier: Apache-2.0
#include "mask_verbs.hpp"

#include <fstream>
#include <sstream>

#include <doctest/doctest.h>
#include <unistd.h>

using namespace sallyport;

TEST_SUITE_BEGIN("cli.mask_verbs");

namespace {
const std::string shipped = SALLYPORT_SOURCE_ROOT "/policies/mask/rules.toml";

// A rules file of the test's own, removed at its end.
struct RulesFile {
    std::string path = "mask_verbs_test." + std::to_string(getpid()) + ".toml";
    explicit RulesFile(const std::string &text) { std::ofstream(path) << text; }
    ~RulesFile() { std::remove(path.c_str()); }
};
// A pipe that holds `text` and ends, as `printf text | sallyport mask` gives it.
struct Pipe {
    int ends[2] = {-1, -1};
    explicit Pipe(const std::string &text) {
        REQUIRE(::pipe(ends) == 0);
        REQUIRE(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
        ::close(ends[1]);
    }
    ~Pipe() { ::close(ends[0]); }
};
std::string jsonl(const std::string &input, int expected_status = 0) {
    std::istringstream in(input);
    std::ostringstream out, err;
    CHECK(cli::mask_jsonl(shipped, in, out, err) == expected_status);
    CHECK(err.str().empty());
    return out.str();
}
} // namespace

TEST_CASE("the filter copies everything and masks secrets, binary bytes included") {
    const std::string text("a\0b password=hunter2\r\nunfinished token=abc12345", 47);
    const Pipe in(text);
    std::ostringstream out, err;
    CHECK(cli::mask_filter(shipped, 80, in.ends[0], out, err) == 0);
    CHECK(out.str() == std::string("a\0b password=*******\r\nunfinished token=********", 47));
}

TEST_CASE("an input that cannot be read is said") {
    std::ostringstream out, err;
    CHECK(cli::mask_filter(shipped, 0, -1, out, err) == 1);
    CHECK(err.str() == "sallyport: the input cannot be read\n");
}

TEST_CASE("one line out for each line in, with byte offsets and rule ids") {
    CHECK(jsonl("{\"id\":1,\"text\":\"\xC3\xBC password=hunter2\",\"cols\":null}\n") ==
          "{\"id\":1,\"spans\":[{\"s\":12,\"e\":19,\"rule\":\"key-value\"}],\"text\":\"\xC3\xBC "
          "password=*******\"}\n");
    CHECK(
        jsonl("{\"id\":\"x\",\"text\":\"plain\",\"cols\":80}\n\n{\"id\":2,\"text\":\"\"}") ==
        "{\"id\":\"x\",\"spans\":[],\"text\":\"plain\"}\n{\"id\":2,\"spans\":[],\"text\":\"\"}\n");
}

TEST_CASE("a line that cannot be read is answered and the next one too") {
    const std::string out = jsonl("nonsense\n{\"id\":7}\n{\"id\":8,\"text\":\"x\",\"cols\":-1}\n"
                                  "{\"id\":9,\"text\":\"x\"}\n",
                                  1);
    CHECK(out == "{\"id\":null,\"error\":\"expected {\\\"id\\\",\\\"text\\\",\\\"cols\\\"}\"}\n"
                 "{\"id\":7,\"error\":\"expected {\\\"id\\\",\\\"text\\\",\\\"cols\\\"}\"}\n"
                 "{\"id\":8,\"error\":\"`cols` must be null or a number of columns\"}\n"
                 "{\"id\":9,\"spans\":[],\"text\":\"x\"}\n");
}

TEST_CASE("the examples of the shipped rules pass, and a wrong example fails") {
    std::ostringstream out, err;
    CHECK(cli::mask_test(shipped, out, err) == 0);
    CHECK(out.str().find(" 0 failed") != std::string::npos);
    const RulesFile wrong("[[rule]]\nid = \"a\"\nleads = [\"abc\"]\nbody = \"[x]\"\nmin = 2\n"
                          "positive = [[\"abcxx\", \"abcx*\"]]\n");
    CHECK(cli::mask_test(wrong.path, out, err) == 1);
    CHECK(err.str().find("abcx*") != std::string::npos);
}

TEST_CASE("rules with a fault, or none, are said and nothing is masked") {
    const RulesFile wrong("[[rule]]\nid = \"a\"\nleads = [\"ab\"]\nbody = \"[x]\"\n");
    for (const std::string &path : {wrong.path, std::string("no-such-file.toml")}) {
        const Pipe in("password=hunter2");
        std::ostringstream out, err;
        CHECK(cli::mask_filter(path, 0, in.ends[0], out, err) == 78);
        CHECK(out.str().empty());
        CHECK(err.str().rfind("sallyport: ", 0) == 0);
    }
}
TEST_SUITE_END();
