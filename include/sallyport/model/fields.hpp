// SPDX-License-Identifier: Apache-2.0
// How a value crosses an edge. A struct that travels between processes names its members once:
//
//     struct Size { std::uint32_t columns = 0, rows = 0;
//                   SALLYPORT_FIELDS(columns, rows) };
//
// `wire` encodes and decodes by visiting them in this order. Field types: bool, std::uint8_t,
// std::uint32_t, std::int32_t, std::uint64_t, std::string, base::Bytes, base::WallTime, ids, enums
// (their last enumerator must be named by enum_last), nested structs of this kind, std::vector and
// std::optional of any of these.
#pragma once

#define SALLYPORT_FIELDS(...)                                                                      \
    template <typename Visitor>                                                                    \
    void fields(Visitor &visit) {                                                                  \
        visit(__VA_ARGS__);                                                                        \
    }                                                                                              \
    template <typename Visitor>                                                                    \
    void fields(Visitor &visit) const {                                                            \
        visit(__VA_ARGS__);                                                                        \
    }

namespace sallyport::model {

// enum_last<E>() is the greatest value of E; a decoder refuses what lies beyond. Specialised beside
// each enum.
template <typename Enum>
constexpr Enum enum_last() = delete;

} // namespace sallyport::model
