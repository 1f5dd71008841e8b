// SPDX-License-Identifier: Apache-2.0
// A JSON document of a stranger, read strictly and kept as an inert value: RFC 8259 text in UTF-8
// without a byte order mark, no member name twice in one object, limited size and depth, nothing
// after the value. Tokens, key sets and answers of an identity provider are read with it. Pure; any
// thread.
#pragma once
#include "sallyport/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sallyport::jwt {

struct JsonMember;

class Json {
  public:
    using Array = std::vector<Json>;
    using Object = std::vector<JsonMember>;
    using Value =
        std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object>;

    Json();
    explicit Json(Value value);
    Json(const Json &);
    Json(Json &&) noexcept;
    Json &operator=(const Json &);
    Json &operator=(Json &&) noexcept;
    ~Json();

    bool is_null() const { return value_.index() == 0; }
    // Each is null when the value is of another kind; the pointer lives as long as this value.
    const bool *boolean() const { return std::get_if<bool>(&value_); }
    const std::int64_t *integer() const { return std::get_if<std::int64_t>(&value_); }
    const double *real() const { return std::get_if<double>(&value_); } // also above 2^63
    const std::string *text() const { return std::get_if<std::string>(&value_); }
    const Array *array() const { return std::get_if<Array>(&value_); }
    const Object *object() const { return std::get_if<Object>(&value_); }
    // The member of that name; null when this is no object or has none.
    const Json *find(std::string_view name) const;
    bool operator==(const Json &) const;

  private:
    Value value_;
};

struct JsonMember {
    std::string name;
    Json value;
    bool operator==(const JsonMember &) const = default;
};

struct JsonLimits {
    std::size_t max_bytes = 64 * 1024;
    std::size_t max_depth = 16; // arrays and objects inside each other
};
// Fails with TooLarge above max_bytes, else with InvalidInput and a fixed text that never quotes
// the document.
base::Result<Json> parse_json(std::string_view text, const JsonLimits &limits = {});

// JSON pointer, RFC 6901: empty, or each token after a `/` with `~0` for `~` and `~1` for `/`.
// InvalidInput if it is not well formed, above 256 bytes or 8 tokens.
base::Result<std::vector<std::string>> parse_pointer(std::string_view pointer);
// The value that the tokens lead to, through members and array indexes; null if there is none.
const Json *find_at(const Json &root, const std::vector<std::string> &tokens);

} // namespace sallyport::jwt
