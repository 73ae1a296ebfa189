#include "agent/operations/pull.h"

#include <algorithm>

namespace berth::agent {
namespace {

constexpr std::size_t kMaximumLayers = 128;
constexpr std::chrono::milliseconds kReportInterval{250};  // each report is a disk write

// The engine tells every few kilobytes of every layer; people want a picture a few times a second.
class LayerBoard {
 public:
  void Update(const engine::PullProgress& line) {
    if (line.layer.empty() || line.status.starts_with("Pulling from")) return;
    const auto found =
        std::find_if(layers_.begin(), layers_.end(), [&](const auto& row) { return row.layer == line.layer; });
    if (found == layers_.end()) {
      if (layers_.size() < kMaximumLayers)
        layers_.push_back({line.layer, line.status, line.current_bytes, line.total_bytes});
      return;
    }
    found->status = line.status;
    if (line.total_bytes == 0) return;  // "Verifying Checksum" and the like carry no numbers
    found->current_bytes = line.current_bytes;
    found->total_bytes = line.total_bytes;
  }
  const std::vector<LayerProgress>& layers() const { return layers_; }

 private:
  std::vector<LayerProgress> layers_;
};

ResultTask<> Pull(engine::Engine& engine, Clock& clock, ActiveOperation& operation, const PullRequest& request) {
  auto stream = co_await engine.Pull(request.reference.ToString(), request.credentials, request.platform);
  if (!stream) co_return stream.error();

  LayerBoard board;
  SteadyTime next_report = clock.Now();
  while (true) {
    auto line = co_await (*stream)->Next();
    if (!line) co_return line.error();
    if (!*line) break;
    board.Update(**line);
    if (board.layers().empty() || clock.Now() < next_report) continue;
    operation.ReportDetail(board.layers());
    next_report = clock.Now() + kReportInterval;
  }
  if (!board.layers().empty()) operation.ReportDetail(board.layers());
  co_return Result<>();
}

}  // namespace

bool PullsAlways(const PullRequest& request) {
  if (request.policy != PullPolicy::kDefault) return request.policy == PullPolicy::kAlways;
  return request.reference.digest.empty();
}

ResultTask<engine::Image> ObtainImage(engine::Engine& engine, Clock& clock, ActiveOperation& operation,
                                      PullRequest request) {
  const std::string reference = request.reference.ToString();
  if (!PullsAlways(request)) {
    auto local = co_await engine.InspectImage(reference);
    const bool missing = !local && local.error().code == Code::kNotFound;
    if (!missing || request.policy == PullPolicy::kNever) co_return local;
  }
  auto pulled = co_await Pull(engine, clock, operation, request);
  if (!pulled) co_return pulled.error();
  co_return co_await engine.InspectImage(reference);
}

}  // namespace berth::agent
