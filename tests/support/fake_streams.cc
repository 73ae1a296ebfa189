#include "tests/support/fake_streams.h"

#include <algorithm>

#include "engine/engine_error.h"
#include "engine/image_reference.h"
#include "tests/support/engine_errors.h"
#include "tests/support/fake_inspect.h"

namespace berth::test {
namespace {

class EventStream final : public engine::Stream<engine::Event> {
 public:
  explicit EventStream(std::shared_ptr<EventQueue> queue) : queue_(std::move(queue)) {}

  ResultTask<std::optional<engine::Event>> Next() override {
    while (queue_->events.empty() && *queue_->connection) co_await queue_->arrived.Wait();
    if (queue_->events.empty()) co_return Unreachable();
    std::optional<engine::Event> event = std::move(queue_->events.front());
    queue_->events.pop_front();
    co_return event;
  }

 private:
  std::shared_ptr<EventQueue> queue_;
};

class LogStream final : public engine::Stream<engine::LogChunk> {
 public:
  LogStream(FakeMachine& machine, std::string id, engine::LogOptions options, Connection connection)
      : machine_(machine), id_(std::move(id)), options_(std::move(options)), connection_(std::move(connection)) {
    const auto lines = machine_.Find(id_)->log.size();
    if (options_.tail && *options_.tail < lines) next_ = lines - *options_.tail;
  }

  ResultTask<std::optional<engine::LogChunk>> Next() override {
    for (;;) {
      if (!*connection_) co_return Unreachable();
      const auto* container = machine_.Find(id_);
      while (container && next_ < container->log.size()) {
        const auto& line = container->log[next_++];
        if (IsWanted(line)) co_return std::optional(engine::LogChunk{line.source, Prefix(line) + line.text});
      }
      if (!options_.follow || !container || !container->Runs()) co_return std::optional<engine::LogChunk>();
      co_await machine_.changed.Wait();
    }
  }

 private:
  bool IsWanted(const FakeContainer::Line& line) const {
    const bool is_error = line.source == engine::LogChunk::Source::kStderr;
    return (is_error ? options_.standard_error : options_.standard_output) &&
           (!options_.since || line.time >= *options_.since) && (!options_.until || line.time <= *options_.until);
  }
  std::string Prefix(const FakeContainer::Line& line) const {
    return options_.timestamps ? Rfc3339(line.time) + " " : std::string();
  }

  FakeMachine& machine_;
  std::string id_;
  engine::LogOptions options_;
  Connection connection_;
  std::size_t next_ = 0;
};

class StatsStream final : public engine::Stream<engine::Stats> {
 public:
  StatsStream(FakeMachine& machine, FakeClock& clock, std::string id, Connection connection)
      : machine_(machine), clock_(clock), id_(std::move(id)), connection_(std::move(connection)) {}

  ResultTask<std::optional<engine::Stats>> Next() override {
    co_await clock_.SleepFor(std::chrono::seconds(1));
    if (!*connection_) co_return Unreachable();
    const auto* container = machine_.Find(id_);
    if (!container || !container->Runs()) co_return std::optional<engine::Stats>();
    engine::Stats sample;
    sample.time = clock_.WallNow();
    sample.cpu_percent = 12.5;
    sample.memory_bytes = 20u << 20;
    sample.memory_limit_bytes = 1u << 30;
    sample.pids = 1;
    co_return std::optional(sample);
  }

 private:
  FakeMachine& machine_;
  FakeClock& clock_;
  std::string id_;
  Connection connection_;
};

class PullStream final : public engine::Stream<engine::PullProgress> {
 public:
  PullStream(FakeMachine& machine, FakeClock& clock, std::string reference, FakeImage image, Connection connection)
      : machine_(machine),
        clock_(clock),
        reference_(std::move(reference)),
        image_(std::move(image)),
        connection_(std::move(connection)) {}

  ResultTask<std::optional<engine::PullProgress>> Next() override {
    const auto line = next_++;
    const auto lines_of_layers = 3 * image_.layers;
    if (line >= lines_of_layers && !image_.pull_error.empty()) co_return engine::PullFailure(image_.pull_error);
    if (line > lines_of_layers) co_return std::optional<engine::PullProgress>();
    co_await clock_.SleepFor(milliseconds(33));
    if (!*connection_) co_return Unreachable();
    if (line < lines_of_layers) co_return std::optional(LineOfLayer(line));
    Store();
    co_return std::optional(engine::PullProgress{"", "Digest: " + image_.digest, 0, 0});
  }

 private:
  engine::PullProgress LineOfLayer(int line) const {
    const auto layer = MakeUpId(static_cast<std::uint64_t>(line / 3)).substr(0, 12);
    if (line % 3 == 0) return {layer, "Downloading", 500'000, 1'000'000};
    if (line % 3 == 1) return {layer, "Extracting", 1'000'000, 1'000'000};
    return {layer, "Pull complete", 0, 0};
  }
  void Store() {
    machine_.images.Add(reference_, image_);
    machine_.images.NoteDigest(image_.id, engine::ParseImageReference(reference_)->repository);
  }

  FakeMachine& machine_;
  FakeClock& clock_;
  std::string reference_;
  FakeImage image_;
  Connection connection_;
  int next_ = 0;
};

// One of the values of this filter is accepted; all pass when there is none.
template <class Accept>
bool Passes(const engine::Filters& filters, const char* name, Accept accept) {
  const auto filter = filters.find(name);
  return filter == filters.end() || filter->second.empty() ||
         std::any_of(filter->second.begin(), filter->second.end(), accept);
}

}  // namespace

// "key" or "key=value"; all of them must be there.
bool HasLabels(const engine::Labels& labels, const engine::Filters& filters) {
  const auto filter = filters.find("label");
  if (filter == filters.end()) return true;
  return std::all_of(filter->second.begin(), filter->second.end(), [&](const std::string& wanted) {
    const auto equals = wanted.find('=');
    const auto label = labels.find(wanted.substr(0, equals));
    return label != labels.end() && (equals == std::string::npos || label->second == wanted.substr(equals + 1));
  });
}

bool Matches(const engine::Event& event, const engine::Filters& filters) {
  const auto word = event.action.substr(0, event.action.find(':'));  // of "health_status: healthy"
  const auto name = event.attributes.find("name");
  return Passes(filters, "type", [&](const auto& type) { return type == event.type; }) &&
         Passes(filters, "event", [&](const auto& action) { return action == word || action == event.action; }) &&
         Passes(filters, "container",
                [&](const auto& id) {
                  return event.actor_id.starts_with(id) || (name != event.attributes.end() && name->second == id);
                }) &&
         HasLabels(event.attributes, filters);
}

engine::StreamPtr<engine::Event> FollowEvents(std::shared_ptr<EventQueue> queue) {
  return std::make_unique<EventStream>(std::move(queue));
}

engine::StreamPtr<engine::LogChunk> ReadLog(FakeMachine& machine, std::string id, engine::LogOptions options,
                                            Connection connection) {
  return std::make_unique<LogStream>(machine, std::move(id), std::move(options), std::move(connection));
}

engine::StreamPtr<engine::Stats> ReadStats(FakeMachine& machine, FakeClock& clock, std::string id,
                                           Connection connection) {
  return std::make_unique<StatsStream>(machine, clock, std::move(id), std::move(connection));
}

engine::StreamPtr<engine::PullProgress> PullImage(FakeMachine& machine, FakeClock& clock, std::string reference,
                                                  FakeImage image, Connection connection) {
  return std::make_unique<PullStream>(machine, clock, std::move(reference), std::move(image), std::move(connection));
}

}  // namespace berth::test
