// SPDX-License-Identifier: Apache-2.0
// Replays a corpus under any compiler: every file as it is, cut short at each of 64 places, and
// with single bits flipped. An empty corpus is a failure: it looked at nothing.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

int main(int count, char **arguments) {
    std::size_t inputs = 0;
    for (int i = 1; i < count; ++i)
        for (const auto &entry : std::filesystem::recursive_directory_iterator(arguments[i])) {
            if (!entry.is_regular_file())
                continue;
            std::ifstream file(entry.path(), std::ios::binary);
            std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
            LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
            const std::size_t step = std::max<std::size_t>(bytes.size() / 64, 1);
            for (std::size_t at = 0; at < bytes.size(); at += step) {
                LLVMFuzzerTestOneInput(bytes.data(), at);
                bytes[at] ^= static_cast<std::uint8_t>(1U << (at % 8));
                LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
                bytes[at] ^= static_cast<std::uint8_t>(1U << (at % 8));
            }
            ++inputs;
        }
    std::printf("replayed %zu inputs\n", inputs);
    return inputs == 0 ? 1 : 0;
}
