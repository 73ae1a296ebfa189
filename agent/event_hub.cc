#include "agent/event_hub.h"

#include <algorithm>
#include <deque>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "engine/base/notifier.h"
#include "engine/base/side_task.h"

namespace berth::agent {
namespace {

using engine::Event;

// What changes a container, as far as people and programs follow it: without the exec_* of every health check.
const engine::Filters kWanted = {{"type", {"container"}},
                                 {"event",
                                  {"create", "destroy", "die", "health_status", "kill", "oom", "pause", "rename",
                                   "restart", "start", "stop", "unpause", "update"}}};

std::string Attribute(const Event& event, const std::string& key) {
  const auto found = event.attributes.find(key);
  return found == event.attributes.end() ? std::string() : found->second;
}

bool IsAbout(const Event& event, const std::string& container) {
  constexpr std::size_t kShortId = 12;
  const bool by_id = container.size() >= kShortId && event.actor_id.starts_with(container);
  return by_id || Attribute(event, "name") == container || Attribute(event, "oldName") == "/" + container;
}

// The engine puts labels among the attributes.
bool HasLabel(const Event& event, const std::string& label) {
  const auto equals = label.find('=');
  const auto found = event.attributes.find(label.substr(0, equals));
  if (found == event.attributes.end()) return false;
  return equals == std::string::npos || found->second == label.substr(equals + 1);
}

// What one follower has not taken yet.
struct Queue {
  Queue(const boost::asio::any_io_executor& loop, EventFilter wanted, std::size_t most)
      : filter(std::move(wanted)), limit(most), changed(loop) {}

  void Add(const Event& event) {
    if (overflowed || !Matches(filter, event)) return;
    overflowed = events.size() >= limit;
    overflowed ? events.clear() : events.push_back(event);
    changed.WakeAll();
  }

  EventFilter filter;
  std::size_t limit;
  std::deque<Event> events;
  bool overflowed = false;
  Notifier changed;
};

}  // namespace

bool Matches(const EventFilter& filter, const Event& event) {
  const bool named = std::any_of(filter.containers.begin(), filter.containers.end(),
                                 [&](const auto& container) { return IsAbout(event, container); });
  const bool labelled = std::all_of(filter.labels.begin(), filter.labels.end(),
                                    [&](const auto& label) { return HasLabel(event, label); });
  return (filter.containers.empty() || named) && labelled && filter.scope.Covers(event.attributes);
}

// Belongs to its followers, and hangs up when the last one has gone.
class EventSubscription : public std::enable_shared_from_this<EventSubscription> {
 public:
  explicit EventSubscription(const boost::asio::any_io_executor& loop) : loop_(loop), changed_(loop) {}

  void Start(engine::Engine& engine) { reader_.emplace(loop_, Read(engine, weak_from_this())); }

  bool HasEnded() const { return ended_.has_value(); }
  const Error& WhyEnded() const { return *ended_; }

  // The error with which it could not be opened, if so.
  ResultTask<> UntilOpen() {
    while (!open_ && !ended_) co_await changed_.Wait();
    if (ended_) co_return *ended_;
    co_return Result<>();
  }

  void Add(std::weak_ptr<Queue> queue) { queues_.push_back(std::move(queue)); }

 private:
  // Holds on to nothing while it waits, so that it ends with its subscription.
  static Task<> Read(engine::Engine& engine, std::weak_ptr<EventSubscription> self) {
    engine::EventOptions options;
    options.filters = kWanted;
    auto stream = co_await engine.Events(std::move(options));
    if (const auto subscription = self.lock()) subscription->Opened(stream);
    while (stream) {
      auto event = co_await (**stream).Next();
      const auto subscription = self.lock();
      if (!subscription || !subscription->Take(event)) co_return;
      // Events that came in one packet must not fill the queues before anybody had a chance to read.
      co_await boost::asio::post(boost::asio::use_awaitable);
    }
  }

  void Opened(const Result<engine::StreamPtr<Event>>& stream) {
    open_ = stream.has_value();
    if (!open_) ended_ = stream.error();
    changed_.WakeAll();
  }

  // False when that was the last one.
  bool Take(const Result<std::optional<Event>>& event) {
    if (!event) ended_ = event.error();
    if (event && !*event) ended_ = Error{Code::kUnavailable, "ENGINE_UNREACHABLE", "the engine ended its event stream"};
    std::erase_if(queues_, [](const auto& queue) { return queue.expired(); });
    for (const auto& follower : queues_) {
      const auto queue = follower.lock();
      ended_ ? queue->changed.WakeAll() : queue->Add(**event);
    }
    return !ended_;
  }

  boost::asio::any_io_executor loop_;
  bool open_ = false;
  std::optional<Error> ended_;
  std::vector<std::weak_ptr<Queue>> queues_;
  Notifier changed_;
  std::optional<SideTask> reader_;
};

namespace {

class Follower final : public EventFollower {
 public:
  Follower(std::shared_ptr<EventSubscription> subscription, std::shared_ptr<Queue> queue)
      : subscription_(std::move(subscription)), queue_(std::move(queue)) {}

  ResultTask<std::optional<Event>> Next() override {
    for (;;) {
      if (queue_->overflowed) {
        co_return Error{Code::kResourceExhausted, "READER_TOO_SLOW",
                        "more than " + std::to_string(queue_->limit) +
                            " events were waiting for their reader; list the containers, then follow again"};
      }
      if (!queue_->events.empty()) {
        std::optional<Event> event = std::move(queue_->events.front());
        queue_->events.pop_front();
        co_return event;
      }
      if (subscription_->HasEnded()) co_return subscription_->WhyEnded();
      co_await queue_->changed.Wait();
    }
  }

 private:
  std::shared_ptr<EventSubscription> subscription_;
  std::shared_ptr<Queue> queue_;
};

}  // namespace

EventHub::EventHub(boost::asio::any_io_executor loop, engine::Engine& engine, std::size_t queue_limit)
    : loop_(std::move(loop)), engine_(engine), queue_limit_(queue_limit) {}

ResultTask<std::unique_ptr<EventFollower>> EventHub::Subscribe(EventFilter filter) {
  auto subscription = subscription_.lock();
  if (!subscription || subscription->HasEnded()) {
    subscription = std::make_shared<EventSubscription>(loop_);
    subscription_ = subscription;
    subscription->Start(engine_);
  }
  auto queue = std::make_shared<Queue>(loop_, std::move(filter), queue_limit_);
  subscription->Add(queue);
  const auto open = co_await subscription->UntilOpen();
  if (!open) co_return open.error();
  co_return std::make_unique<Follower>(std::move(subscription), std::move(queue));
}

}  // namespace berth::agent
