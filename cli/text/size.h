// Numbers of bytes for people; pure.
#pragma once

#include <cstdint>
#include <string>

namespace berth::cli {

// What is sent or stored, in powers of 1000: "0 B", "45.2 MB", "1.3 GB".
std::string FormatSize(std::uint64_t bytes);

// Memory, in powers of 1024: "17.4 MiB".
std::string FormatMemory(std::uint64_t bytes);

}  // namespace berth::cli
