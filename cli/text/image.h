// Image references as people say them; pure.
#pragma once

#include <string>
#include <string_view>

namespace berth::cli {

// "registry:5000/web:2@sha256:0123..." is "registry:5000/web:2": the tag says it. Without a tag the digest stays,
// shortened to twelve digits.
std::string ShortImage(std::string_view reference);

// "sha256:0123456789ab"
std::string ShortDigest(std::string_view digest);

}  // namespace berth::cli
