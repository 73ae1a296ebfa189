// Shares of a whole, drawn; pure.
#pragma once

#include <string>

namespace berth::cli {

// "████░░░░": `fraction` of `width` columns is filled, rounded down; from 0 to 1, and cut to that.
std::string Bar(double fraction, int width);

}  // namespace berth::cli
