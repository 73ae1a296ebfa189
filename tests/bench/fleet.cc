#include "tests/bench/fleet.h"

#include <atomic>
#include <exception>
#include <future>
#include <iostream>
#include <utility>

#include "tests/bench/raw_engine.h"

namespace berth::bench {
namespace {

constexpr int kAtOnce = 4;

}  // namespace

Fleet::Fleet(std::string endpoint, std::string name, boost::json::object config)
    : endpoint_(std::move(endpoint)), name_(std::move(name)), config_(std::move(config)) {}

Fleet::~Fleet() {
  try {
    ForAll([](RawEngine& engine, const std::string& id) { engine.Remove(id); });
  } catch (const std::exception& error) {
    std::cerr << "containers " << name_ << "-* are left over: " << error.what() << '\n';
  }
}

void Fleet::GrowTo(int count) {
  RawEngine engine(endpoint_);
  while (ids_.size() < static_cast<std::size_t>(count)) {
    ids_.push_back(engine.Create(name_ + "-" + std::to_string(ids_.size()), config_));
  }
}

void Fleet::StartAll() {
  ForAll([](RawEngine& engine, const std::string& id) { engine.Start(id); });
}

// A few at once, each over a connection of its own.
template <class Work>
void Fleet::ForAll(Work work) {
  std::atomic<std::size_t> next = 0;
  const auto take_turns = [&] {
    RawEngine engine(endpoint_);
    for (std::size_t i = 0; (i = next++) < ids_.size();) work(engine, ids_[i]);
  };
  std::vector<std::future<void>> workers;
  for (int i = 0; i < kAtOnce; ++i) workers.push_back(std::async(std::launch::async, take_turns));
  for (auto& worker : workers) worker.get();
}

}  // namespace berth::bench
