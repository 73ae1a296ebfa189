// What a process costs the machine.
#pragma once

#include <chrono>
#include <sys/types.h>

namespace berth::bench {

struct Memory {
  double resident_mb = 0;  // VmRSS
  double private_mb = 0;   // RssAnon: what no other process could share
};

Memory MemoryOf(pid_t pid);

// Of all its threads, since it began, to the nanosecond: the ticks of /proc/PID/stat are too coarse for an idle
// process.
std::chrono::nanoseconds CpuTimeOf(pid_t pid);

}  // namespace berth::bench
