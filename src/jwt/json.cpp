// SPDX-License-Identifier: Apache-2.0
#include "sallyport/jwt/json.hpp"

#include <nlohmann/json.hpp>

namespace sallyport::jwt {
namespace {

// Builds our own values from the parser's events, so that depth and duplicates are refused while
// reading and no second tree is made. Every handler returns false to stop.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
  public:
    explicit Builder(const JsonLimits &limits) : limits_(limits) {}

    bool null() override { return add(Json{}); }
    bool boolean(bool value) override { return add(Json{Json::Value{value}}); }
    bool number_integer(std::int64_t value) override { return add(Json{Json::Value{value}}); }
    bool number_unsigned(std::uint64_t value) override {
        if (value > static_cast<std::uint64_t>(INT64_MAX))
            return add(Json{Json::Value{static_cast<double>(value)}});
        return add(Json{Json::Value{static_cast<std::int64_t>(value)}});
    }
    bool number_float(double value, const std::string &) override {
        return add(Json{Json::Value{value}});
    }
    bool string(std::string &value) override { return add(Json{Json::Value{std::move(value)}}); }
    bool binary(binary_t &) override { return false; }
    bool start_object(std::size_t) override { return open(Frame{true, {}, {}, {}}); }
    bool start_array(std::size_t) override { return open(Frame{false, {}, {}, {}}); }
    bool key(std::string &name) override {
        for (const JsonMember &member : frames_.back().members)
            if (member.name == name) {
                why_ = "a member name occurs twice in an object";
                return false;
            }
        if (frames_.back().members.size() >= max_members) {
            why_ = "an object has too many members";
            return false;
        }
        frames_.back().name = std::move(name);
        return true;
    }
    bool end_object() override {
        Frame frame = std::move(frames_.back());
        frames_.pop_back();
        return add(Json{Json::Value{std::move(frame.members)}});
    }
    bool end_array() override {
        Frame frame = std::move(frames_.back());
        frames_.pop_back();
        return add(Json{Json::Value{std::move(frame.items)}});
    }
    bool parse_error(std::size_t, const std::string &,
                     const nlohmann::detail::exception &) override {
        return false;
    }

    std::string why() const { return why_; }
    Json take() { return std::move(root_); }

  private:
    // Duplicates are found by looking at all earlier names: the bound keeps that cheap.
    static constexpr std::size_t max_members = 1024;
    struct Frame {
        bool is_object;
        std::string name;
        Json::Object members;
        Json::Array items;
    };
    bool open(Frame frame) {
        if (frames_.size() >= limits_.max_depth) {
            why_ = "the document is nested too deep";
            return false;
        }
        frames_.push_back(std::move(frame));
        return true;
    }
    bool add(Json value) {
        if (frames_.empty())
            root_ = std::move(value);
        else if (frames_.back().is_object)
            frames_.back().members.push_back({std::move(frames_.back().name), std::move(value)});
        else
            frames_.back().items.push_back(std::move(value));
        return true;
    }

    JsonLimits limits_;
    std::vector<Frame> frames_;
    Json root_;
    std::string why_ = "not a JSON document";
};

} // namespace

// Here, where a member is complete: the values of an object hold values again.
Json::Json() = default;
Json::Json(Value value) : value_(std::move(value)) {}
Json::Json(const Json &) = default;
Json::Json(Json &&) noexcept = default;
Json &Json::operator=(const Json &) = default;
Json &Json::operator=(Json &&) noexcept = default;
Json::~Json() = default;

const Json *Json::find(std::string_view name) const {
    if (const Object *members = object())
        for (const JsonMember &member : *members)
            if (member.name == name)
                return &member.value;
    return nullptr;
}

bool Json::operator==(const Json &other) const {
    return value_ == other.value_;
}

base::Result<Json> parse_json(std::string_view text, const JsonLimits &limits) {
    if (text.size() > limits.max_bytes)
        return base::fail(base::ErrorCode::TooLarge, "the document is too long");
    if (text.starts_with("\xef\xbb\xbf"))
        return base::invalid("the document begins with a byte order mark");
    // The parser takes a NUL for the end of its input and would not see what follows.
    if (text.find('\0') != std::string_view::npos)
        return base::invalid("not a JSON document");
    Builder builder(limits);
    // The parser reports every fault through the handler; only the allocator can throw here.
    if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder))
        return base::invalid(builder.why());
    return builder.take();
}

} // namespace sallyport::jwt
