// SPDX-License-Identifier: Apache-2.0
// Edge messages as bytes. A message struct lists its fields (model/fields.hpp) and has
//     static constexpr std::uint16_t type;   unique on its edge
// and, where 64 KiB do not suffice,
//     static constexpr std::size_t limit;    greatest size of the encoded body in bytes
// decode() accepts exactly what encode() makes: every byte used, counts that fit, enums in range;
// else InvalidInput. Descriptors travel beside the bytes (ipc). Pure; any thread.
#pragma once
#include "sallyport/base/clock.hpp"
#include "sallyport/base/limits.hpp"
#include "sallyport/model/fields.hpp"
#include "sallyport/model/ids.hpp"
#include "sallyport/wire/ssh.hpp"

#include <map>
#include <optional>
#include <type_traits>

namespace sallyport::wire {

inline constexpr std::uint32_t edge_version = 1;

template <typename M>
constexpr std::size_t message_limit() {
    if constexpr (requires { M::limit; })
        return M::limit;
    else
        return base::max_edge_message_bytes;
}

class Encoder {
  public:
    template <typename... Fields>
    void operator()(const Fields &...fields) {
        (put(fields), ...);
    }
    base::Bytes bytes() && { return std::move(writer_).bytes(); }

  private:
    void put(bool value) { writer_.boolean(value); }
    void put(std::uint8_t value) { writer_.byte(value); }
    void put(std::uint32_t value) { writer_.uint32(value); }
    void put(std::int32_t value) { writer_.uint32(static_cast<std::uint32_t>(value)); }
    void put(std::uint64_t value) { writer_.uint64(value); }
    void put(const std::string &value) { writer_.string(value); }
    void put(const base::Bytes &value) { writer_.string(base::BytesView(value)); }
    void put(base::WallTime value) {
        writer_.uint64(static_cast<std::uint64_t>(value.time_since_epoch().count()));
    }
    template <typename Tag>
    void put(const model::Id<Tag> &id) {
        writer_.string(id.text);
    }
    template <typename T>
    void put(const std::vector<T> &items) {
        writer_.uint32(static_cast<std::uint32_t>(items.size()));
        for (const T &item : items)
            put(item);
    }
    template <typename T>
    void put(const std::optional<T> &value) {
        writer_.boolean(value.has_value());
        if (value)
            put(*value);
    }
    void put(const std::map<std::string, std::string> &map) {
        writer_.uint32(static_cast<std::uint32_t>(map.size()));
        for (const auto &[key, value] : map)
            writer_.string(key).string(value);
    }
    template <typename T>
    requires std::is_enum_v<T>
    void put(T value) { writer_.byte(static_cast<std::uint8_t>(value)); }
    template <typename T>
    requires requires(const T &value, Encoder &encoder) { value.fields(encoder); }
    void put(const T &value) { value.fields(*this); }

    Writer writer_;
};

class Decoder {
  public:
    explicit Decoder(base::BytesView bytes) : reader_(bytes) {}
    template <typename... Fields>
    void operator()(Fields &...fields) {
        (get(fields), ...);
    }
    bool done() const { return reader_.done(); }

  private:
    void get(bool &value) {
        const std::uint8_t byte = reader_.byte();
        if (byte > 1)
            reader_.mark_bad();
        value = byte == 1;
    }
    void get(std::uint8_t &value) { value = reader_.byte(); }
    void get(std::uint32_t &value) { value = reader_.uint32(); }
    void get(std::int32_t &value) { value = static_cast<std::int32_t>(reader_.uint32()); }
    void get(std::uint64_t &value) { value = reader_.uint64(); }
    void get(std::string &value) { value = reader_.text(); }
    void get(base::Bytes &value) { value = base::to_bytes(reader_.string()); }
    void get(base::WallTime &value) {
        value =
            base::WallTime(std::chrono::microseconds(static_cast<std::int64_t>(reader_.uint64())));
    }
    template <typename Tag>
    void get(model::Id<Tag> &id) {
        id.text = reader_.text();
    }
    template <typename T>
    void get(std::vector<T> &items) {
        // Every item takes at least one byte, so a count beyond what is left is a lie and allocates
        // nothing.
        const std::uint32_t count = reader_.uint32();
        if (count > reader_.left())
            reader_.mark_bad();
        items.clear();
        for (std::uint32_t i = 0; i < count && !reader_.bad(); ++i) {
            items.emplace_back();
            get(items.back());
        }
    }
    template <typename T>
    void get(std::optional<T> &value) {
        bool present = false;
        get(present);
        value.reset();
        if (present && !reader_.bad())
            get(value.emplace());
    }
    void get(std::map<std::string, std::string> &map) {
        const std::uint32_t count = reader_.uint32();
        map.clear();
        for (std::uint32_t i = 0; i < count && !reader_.bad(); ++i) {
            std::string key = reader_.text();
            if (!map.emplace(std::move(key), reader_.text()).second)
                reader_.mark_bad();
        }
    }
    template <typename T>
    requires std::is_enum_v<T>
    void get(T &value) {
        const std::uint8_t byte = reader_.byte();
        if (byte > static_cast<std::uint8_t>(model::enum_last<T>()))
            reader_.mark_bad();
        else
            value = static_cast<T>(byte);
    }
    template <typename T>
    requires requires(T &value, Decoder &decoder) { value.fields(decoder); }
    void get(T &value) { value.fields(*this); }

    Reader reader_;
};

template <typename M>
base::Bytes encode(const M &message) {
    Encoder encoder;
    message.fields(encoder);
    return std::move(encoder).bytes();
}

template <typename M>
base::Result<M> decode(base::BytesView bytes) {
    if (bytes.size() > message_limit<M>())
        return base::fail(base::ErrorCode::TooLarge, "edge message is larger than its limit");
    M message;
    Decoder decoder(bytes);
    message.fields(decoder);
    if (!decoder.done())
        return base::invalid("edge message is malformed");
    return message;
}

} // namespace sallyport::wire
