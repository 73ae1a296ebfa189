// What containers use, as text; pure.
#pragma once

#include <map>
#include <string>

#include "berth/v1/container.pb.h"
#include "cli/text/palette.h"

namespace berth::cli {

// NAME CPU MEMORY NETWORK (received / sent) BLOCK (read / written) PIDS.
std::string RenderStats(const std::map<std::string, v1::Stats>& samples, int width, const Palette& palette);

// {"container": NAME, "stats": {...}}, without a newline.
std::string StatsToJson(const std::string& container, const v1::Stats& sample);

}  // namespace berth::cli
