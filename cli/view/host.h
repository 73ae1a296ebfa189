// The host as text; pure.
#pragma once

#include <string>

#include "berth/v1/host_service.pb.h"
#include "cli/text/palette.h"

namespace berth::cli {

// Agent and engine, a fact a line, and what is not as it should be.
std::string RenderHost(const v1::Host& host, const Palette& palette);

// "berthd 0.1.0" and "engine 26.1.5, API 1.45".
std::string RenderVersions(const v1::Host& host);

}  // namespace berth::cli
