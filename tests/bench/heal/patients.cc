#include "tests/bench/heal/patients.h"

#include <fcntl.h>
#include <iostream>
#include <stdexcept>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <boost/json/object.hpp>

namespace berth::bench {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr std::int64_t kSecond = 1'000'000'000;

// Process 1 of a container does not hear signals that it has not asked for.
std::string ScriptOf(Ending ending) {
  const std::string stay = "while :; do sleep 3600 & wait $!; done";
  return ending == Ending::kAtSigterm ? "trap 'exit 0' TERM; " + stay : stay;
}

json::object ConfigOf(const std::string& image, Ending ending, const std::string& check, const json::array& binds) {
  return {{"Image", image},
          {"Entrypoint", {"/bin/sh", "-c", ScriptOf(ending)}},
          {"Cmd", json::array()},
          {"Labels", {{"autoheal", "true"}}},
          {"Healthcheck",
           {{"Test", {"CMD-SHELL", check}}, {"Interval", kSecond / 2}, {"Timeout", 3600 * kSecond}, {"Retries", 1}}},
          {"HostConfig", {{"NetworkMode", "none"}, {"Binds", binds}}}};
}

// Fails while nobody waits for it.
bool TrySay(const std::filesystem::path& pipe) {
  const int descriptor = open(pipe.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return false;
  close(descriptor);
  return true;
}

}  // namespace

Patients::Patients(const std::string& endpoint, const std::string& image, int count, Ending ending)
    : engine_(endpoint) {
  std::filesystem::permissions(directory_.path(), std::filesystem::perms::all);
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    if (mkfifo(Pipe(i).c_str(), 0666) != 0) throw std::runtime_error("cannot make " + Pipe(i).string());
    const auto check = "read word </ill/" + std::to_string(i) + "; exit 1";
    const json::array binds = {directory_.path().string() + ":/ill"};
    ids_.push_back(engine_.Create("bench-patient-" + std::to_string(i), ConfigOf(image, ending, check, binds)));
    engine_.Start(ids_.back());
  }
}

Patients::~Patients() {
  try {
    for (const auto& id : ids_) engine_.Remove(id);
  } catch (const std::exception& error) {
    std::cerr << "patients are left over: " << error.what() << '\n';
  }
}

void Patients::FallsIll(std::size_t which) const {
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (!TrySay(Pipe(which))) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("no health check has begun");
    std::this_thread::sleep_for(10ms);
  }
}

void Patients::AllFallIll() const {
  for (std::size_t i = 0; i < ids_.size(); ++i) FallsIll(i);
}

Incurable::Incurable(const std::string& endpoint, const std::string& image)
    : engine_(endpoint),
      id_(engine_.Create("bench-incurable", ConfigOf(image, Ending::kAtSigterm, "exit 1", json::array()))) {
  engine_.Start(id_);
}

Incurable::~Incurable() {
  try {
    engine_.Remove(id_);
  } catch (const std::exception& error) {
    std::cerr << "bench-incurable is left over: " << error.what() << '\n';
  }
}

}  // namespace berth::bench
