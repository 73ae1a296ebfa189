#include "cli/view/stats.h"

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/commands/show.h"
#include "cli/parallel.h"

namespace berth::cli {
namespace {

using Samples = std::map<std::string, v1::Stats>;

Result<std::vector<std::string>> Targets(const Session& session, const StatsOptions& options) {
  if (!options.containers.empty()) return options.containers;
  const auto running = session.client().Call(&Containers::ListContainers, v1::ListContainersRequest());
  if (!running) return running.error();
  std::vector<std::string> names;
  for (const auto& container : running->containers()) names.push_back(container.name());
  return names;
}

// Calls visit(sample) until it returns false or the container ends.
template <class Visit>
Result<> Sample(const Session& session, const std::string& container, Visit visit) {
  v1::StreamStatsRequest request;
  request.set_container(container);
  return session.client().Stream(&Containers::StreamStats, request, visit);
}

// One sample of each: the second, where there is one, because the first has nothing to be compared with.
Result<Samples> SampleOnce(const Session& session, const std::vector<std::string>& names) {
  std::mutex mutex;
  Samples samples;
  std::vector<Result<>> results(names.size());
  ForEachInParallel(names.size(), names.size(), [&](std::size_t i) {
    results[i] = Sample(session, names[i], [&, first = true](const v1::Stats& sample) mutable {
      const std::lock_guard lock(mutex);
      samples[names[i]] = sample;
      return std::exchange(first, false);
    });
  });
  for (const auto& result : results) {
    if (!result) return result.error();
  }
  return samples;
}

std::string RenderAsAsked(const Session& session, const Samples& samples) {
  if (!session.globals().json) return RenderStats(samples, session.TableWidth(), session.OutPalette());
  std::string lines;
  for (const auto& [container, sample] : samples) lines += StatsToJson(container, sample) + "\n";
  return lines;
}

// The table of a running stream. Samples come from each container in its own rhythm: the table is drawn when all have
// sent a new one, or when one comes round again before a slower one.
class LiveStats {
 public:
  LiveStats(const Session& session, std::size_t containers) : session_(session), live_(containers), printer_(session) {}

  bool Take(const std::string& container, const v1::Stats& sample) {
    const std::lock_guard lock(mutex_);
    if (session_.globals().json) {
      session_.Print(StatsToJson(container, sample) + "\n");
    } else {
      if (fresh_.contains(container)) Draw();
      fresh_.insert(container);
      samples_[container] = sample;
      if (fresh_.size() >= live_) Draw();
    }
    return session_.world().out.stream.good();
  }

  void End(const std::string& container) {
    const std::lock_guard lock(mutex_);
    --live_;
    if (fresh_.contains(container)) Draw();
    samples_.erase(container);
  }

 private:
  void Draw() {
    printer_.Print(RenderAsAsked(session_, samples_));
    fresh_.clear();
  }

  const Session& session_;
  std::mutex mutex_;
  std::size_t live_;
  Samples samples_;
  std::set<std::string> fresh_;  // sampled since the table was drawn
  Repeater printer_;
};

ExitCode Stream(const Session& session, const std::vector<std::string>& names) {
  LiveStats live(session, names.size());
  std::vector<Result<>> results(names.size());
  ForEachInParallel(names.size(), names.size(), [&](std::size_t i) {
    results[i] = Sample(session, names[i], [&](const v1::Stats& sample) { return live.Take(names[i], sample); });
    live.End(names[i]);
  });
  std::vector<ExitCode> codes;
  for (const auto& result : results) codes.push_back(result ? ExitCode::kOk : session.Fail(result.error()));
  return Combine(codes);
}

}  // namespace

ExitCode Stats(const Session& session, const StatsOptions& options) {
  if (options.stream && !session.globals().watch) {
    const auto names = Targets(session, options);
    return names ? Stream(session, *names) : session.Fail(names.error());
  }
  return Show(session, [&]() -> Result<std::string> {
    const auto names = Targets(session, options);
    if (!names) return names.error();
    const auto samples = SampleOnce(session, *names);
    if (!samples) return samples.error();
    return RenderAsAsked(session, *samples);
  });
}

}  // namespace berth::cli
