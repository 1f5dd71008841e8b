// SPDX-License-Identifier: Apache-2.0
#include "sallyport/os/files.hpp"

#include <cstdlib>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace sallyport;

TEST_SUITE_BEGIN("os.files");

namespace {
struct Folder {
    std::string path;
    Folder() {
        char name[] = "/tmp/sallyport-files-XXXXXX";
        path = ::mkdtemp(name);
    }
    ~Folder() { [[maybe_unused]] const int done = std::system(("rm -r " + path).c_str()); }
};
} // namespace

TEST_CASE("an atomic write replaces the file and sets its mode") {
    const Folder folder;
    const std::string path = folder.path + "/a";
    REQUIRE(os::write_atomically(path, "one").ok());
    REQUIRE(os::write_atomically(path, "two", 0640).ok());
    CHECK(os::read_text(path).value() == "two");
    struct stat state {};
    REQUIRE(::stat(path.c_str(), &state) == 0);
    CHECK((state.st_mode & 0777) == 0640);
    CHECK(!os::exists(path + ".new"));
}

TEST_CASE("a private file that others can read is refused") {
    const Folder folder;
    const std::string path = folder.path + "/key";
    REQUIRE(os::write_atomically(path, "k", 0644).ok());
    CHECK(os::read_private(path).error().code == base::ErrorCode::Denied);
    REQUIRE(::chmod(path.c_str(), 0600) == 0);
    CHECK(os::read_private(path).value() == "k");
}

TEST_CASE("errors name the path and its kind") {
    const auto missing = os::read_text("/no/such/file");
    CHECK(missing.error().code == base::ErrorCode::NotFound);
    CHECK(missing.error().message.find("/no/such/file") != std::string::npos);
    const Folder folder;
    REQUIRE(os::write_atomically(folder.path + "/big", "12345").ok());
    CHECK(os::read_text(folder.path + "/big", 4).error().code == base::ErrorCode::TooLarge);
}

TEST_CASE("listing is sorted, filtered and empty for an absent directory") {
    const Folder folder;
    for (const char *name : {"b.toml", "a.toml", ".hidden.toml", "c.txt"})
        REQUIRE(os::write_atomically(folder.path + "/" + name, "").ok());
    CHECK(os::list_directory(folder.path, ".toml").value() ==
          std::vector<std::string>{"a.toml", "b.toml"});
    CHECK(os::list_directory(folder.path + "/none", ".toml").value().empty());
}

TEST_CASE("sealed memory can be read and not changed") {
    const auto memory = os::sealed_memory("test", base::as_bytes("abc"));
    REQUIRE(memory.ok());
    char text[4] = {};
    CHECK(::pread(memory->get(), text, 3, 0) == 3);
    CHECK(std::string(text) == "abc");
    CHECK(::pwrite(memory->get(), "x", 1, 0) == -1);
    CHECK(::ftruncate(memory->get(), 1) == -1);
}
TEST_SUITE_END();
