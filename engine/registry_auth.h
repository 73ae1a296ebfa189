// Credentials as the engine wants them; pure.
#pragma once

#include <string>
#include <string_view>

#include "engine/types.h"

namespace berth::engine {

// The value of X-Registry-Auth: JSON in base64url, with padding. It is a secret. Empty for anonymous.
std::string EncodeRegistryAuth(const RegistryAuth& auth);

// RFC 4648, section 5, with padding.
std::string Base64Url(std::string_view bytes);

}  // namespace berth::engine
