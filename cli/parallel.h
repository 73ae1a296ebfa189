// Doing the same with many things, a few at a time.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace berth::cli {

// Calls work(0) ... work(count - 1), each once, at most `at_once` of them at the same time; returns when all have
// ended.
template <class Work>
void ForEachInParallel(std::size_t count, std::size_t at_once, Work work) {
  std::atomic<std::size_t> next = 0;
  std::vector<std::jthread> workers;
  for (std::size_t i = 0; i < std::min(count, at_once); ++i) {
    workers.emplace_back([&] {
      for (std::size_t index; (index = next++) < count;) work(index);
    });
  }
}

}  // namespace berth::cli
