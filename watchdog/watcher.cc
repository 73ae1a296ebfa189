#include "watchdog/watcher.h"

#include <algorithm>

#include "watchdog/watch_loop.h"

namespace berth::watchdog {
namespace {

class LoopWatcher final : public Watcher {
 public:
  explicit LoopWatcher(std::shared_ptr<WatchLoop> loop) : loop_(std::move(loop)) {}
  ~LoopWatcher() override { loop_->Stop(); }
  LoopWatcher(const LoopWatcher&) = delete;
  LoopWatcher& operator=(const LoopWatcher&) = delete;

  HostStatus Host() const override { return loop_->Host(); }
  std::vector<Status> Watched() const override { return loop_->Watched(); }
  std::map<std::string, WallTime> Pauses() const override { return loop_->Pauses(); }
  const Counters& counters() const override { return loop_->counters(); }
  const Settings& settings() const override { return loop_->settings(); }
  bool SeesTheEngine() const override { return loop_->SeesTheEngine(); }
  bool StreamIsUp() const override { return loop_->StreamIsUp(); }

  Result<> Pause(std::optional<std::string> container, std::chrono::milliseconds duration) override {
    const auto key = KeyOf(container);
    if (!key) return key.error();
    loop_->Tell(watchdog::Pause{*key, duration});
    return {};
  }
  Result<> Resume(std::optional<std::string> container) override {
    const auto key = KeyOf(container);
    if (!key) return key.error();
    loop_->Tell(watchdog::Resume{*key});
    return {};
  }
  Result<> Reset(const std::string& container) override {
    const auto key = KeyOf(container);
    if (!key) return key.error();
    loop_->Tell(watchdog::Reset{**key});
    return {};
  }

  Task<> Drain(std::chrono::milliseconds limit) override { return loop_->Drain(limit); }

 private:
  Result<std::optional<std::string>> KeyOf(const std::optional<std::string>& container) const {
    if (!container) return std::optional<std::string>();
    const auto watched = loop_->Watched();
    const auto found = std::find_if(watched.begin(), watched.end(), [&](const Status& status) {
      return status.service_key == *container || status.container == *container;
    });
    if (found != watched.end()) return std::optional(found->service_key);
    return NotWatched(*container);
  }

  std::shared_ptr<WatchLoop> loop_;
};

}  // namespace

Error NotWatched(const std::string& container) {
  return {Code::kNotFound, "NOT_WATCHED",
          "no watched container is called " + container + "; berthctl health lists those that are"};
}

std::unique_ptr<Watcher> Watcher::Start(boost::asio::any_io_executor loop, engine::Engine& engine, Clock& clock,
                                        std::unique_ptr<Hands> hands, Settings settings, Remembered remembered,
                                        OnReport on_report) {
  auto watch = std::make_shared<WatchLoop>(
      WatchParts{std::move(loop), engine, clock, std::move(hands), std::move(settings), std::move(on_report)});
  watch->Start(remembered);
  return std::make_unique<LoopWatcher>(std::move(watch));
}

}  // namespace berth::watchdog
