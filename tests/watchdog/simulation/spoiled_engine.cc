#include "tests/watchdog/simulation/spoiled_engine.h"

namespace berth::watchdog::test {
namespace {

class SpoiledEvents final : public engine::Stream<engine::Event> {
 public:
  SpoiledEvents(engine::StreamPtr<engine::Event> stream, const Plant& plant)
      : stream_(std::move(stream)), plant_(plant) {}

  ResultTask<std::optional<engine::Event>> Next() override {
    for (;;) {
      auto event = co_await stream_->Next();
      const bool seen = !event || !*event || plant_.event(**event);
      if (seen) co_return event;
    }
  }

 private:
  engine::StreamPtr<engine::Event> stream_;
  const Plant& plant_;
};

}  // namespace

ResultTask<std::vector<engine::ContainerSummary>> SpoiledEngine::List(bool all, engine::Filters filters) {
  auto rows = co_await engine_.List(all, std::move(filters));
  if (!rows || !plant_.row) co_return rows;
  for (auto& row : *rows) plant_.row(row);
  co_return rows;
}

ResultTask<engine::ContainerDetails> SpoiledEngine::Inspect(std::string id) {
  auto details = co_await engine_.Inspect(std::move(id));
  if (details && plant_.details) plant_.details(*details);
  co_return details;
}

ResultTask<engine::StreamPtr<engine::Event>> SpoiledEngine::Events(engine::EventOptions options) {
  auto stream = co_await engine_.Events(std::move(options));
  if (!stream || !plant_.event) co_return stream;
  co_return std::make_unique<SpoiledEvents>(std::move(*stream), plant_);
}

}  // namespace berth::watchdog::test
