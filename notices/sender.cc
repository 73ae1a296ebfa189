#include "notices/sender.h"

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "notices/courier.h"

namespace berth::notices {
namespace {

using Couriers = std::vector<std::shared_ptr<Courier>>;

// What the coroutines of one test share.
struct Trial {
  explicit Trial(const boost::asio::any_io_executor& loop) : changed(loop) {}
  std::vector<Delivery> deliveries;
  std::size_t open = 0;
  Notifier changed;
};

Task<> TryOne(std::shared_ptr<Courier> courier, Notice notice, std::shared_ptr<Trial> trial, std::size_t index) {
  trial->deliveries[index] = co_await courier->Try(std::move(notice));
  --trial->open;
  trial->changed.WakeAll();
}

// All at once: one that hangs must not hold up the others.
ResultTask<std::vector<Delivery>> TryAll(boost::asio::any_io_executor loop, Couriers couriers, Notice notice) {
  auto trial = std::make_shared<Trial>(loop);
  trial->deliveries.resize(couriers.size());
  trial->open = couriers.size();
  for (std::size_t i = 0; i < couriers.size(); ++i) {
    boost::asio::co_spawn(loop, TryOne(couriers[i], notice, trial, i), boost::asio::detached);
  }
  while (trial->open > 0) co_await trial->changed.Wait();
  co_return trial->deliveries;
}

Task<> UntilAllEmpty(Couriers couriers) {
  for (const auto& courier : couriers) co_await courier->UntilEmpty();
}

class LoopSender final : public Sender {
 public:
  LoopSender(boost::asio::any_io_executor loop, Clock& clock, std::vector<Target> targets, SenderOptions options)
      : loop_(std::move(loop)), clock_(clock), options_(std::move(options)) {
    for (auto& target : targets) {
      couriers_.push_back(std::make_shared<Courier>(loop_, clock_, std::move(target), options_));
      couriers_.back()->Start();
    }
  }
  ~LoopSender() override {
    for (const auto& courier : couriers_) courier->Stop();
  }
  LoopSender(const LoopSender&) = delete;
  LoopSender& operator=(const LoopSender&) = delete;

  void Send(Notice notice) override {
    if (notice.host.empty()) notice.host = options_.host;
    for (const auto& courier : couriers_) courier->Put(notice);
  }

  ResultTask<std::vector<Delivery>> Test() override {
    if (couriers_.empty()) {
      co_return Error{Code::kFailedPrecondition, "NO_NOTICE_TARGETS",
                      "no target for notices is configured: name one in the section [notices] of berthd.toml"};
    }
    Notice notice{.time = clock_.WallNow(), .severity = Severity::kInfo, .event = "test", .subject = "test"};
    notice.host = options_.host;
    notice.text = "This is a test: notices of Berth on " + options_.host + " arrive here.";
    co_return co_await TryAll(loop_, couriers_, std::move(notice));
  }

  std::vector<Counted> Counters() const override {
    std::vector<Counted> counted;
    for (const auto& courier : couriers_) counted.push_back(courier->counters());
    return counted;
  }

  Task<> Drain(std::chrono::milliseconds limit) override {
    using namespace boost::asio::experimental::awaitable_operators;
    co_await (UntilAllEmpty(couriers_) || clock_.SleepFor(limit));
  }

 private:
  boost::asio::any_io_executor loop_;
  Clock& clock_;
  SenderOptions options_;
  Couriers couriers_;
};

}  // namespace

std::unique_ptr<Sender> Sender::Start(boost::asio::any_io_executor loop, Clock& clock, std::vector<Target> targets,
                                      SenderOptions options) {
  return std::make_unique<LoopSender>(std::move(loop), clock, std::move(targets), std::move(options));
}

}  // namespace berth::notices
