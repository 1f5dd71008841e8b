// SPDX-License-Identifier: Apache-2.0
// A set of rules by their place in the policy, one bit each: going through it is going through the
// ids in order.
#pragma once
#include <bit>
#include <cstdint>
#include <vector>

namespace sallyport::policy {

class RuleSet {
  public:
    explicit RuleSet(std::size_t rules = 0) : words_((rules + 63) / 64, 0) {}

    void insert(std::size_t rule) { words_[rule / 64] |= std::uint64_t{1} << rule % 64; }
    bool contains(std::size_t rule) const { return (words_[rule / 64] >> rule % 64 & 1) != 0; }
    void clear() { words_.assign(words_.size(), 0); }
    void keep(const RuleSet &other) { // REQUIRES: of the same policy
        for (std::size_t i = 0; i < words_.size(); ++i)
            words_[i] &= other.words_[i];
    }
    template <typename Use>
    void each(Use use) const {
        for (std::size_t i = 0; i < words_.size(); ++i)
            for (std::uint64_t word = words_[i]; word != 0; word &= word - 1)
                use(i * 64 + static_cast<std::size_t>(std::countr_zero(word)));
    }

  private:
    std::vector<std::uint64_t> words_;
};

} // namespace sallyport::policy
