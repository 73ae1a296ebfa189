#include "agent/operations/pull.h"

#include <algorithm>

#include "agent/operations/pull_retry.h"

namespace berth::agent {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaximumLayers = 128;
constexpr milliseconds kReportInterval{250};  // each report is a disk write

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

ResultTask<> PullOnce(engine::Engine& engine, Clock& clock, ActiveOperation& operation, const PullRequest& request,
                      const OwnCredentials& credentials) {
  auto stream = co_await engine.Pull(request.reference.ToString(), credentials.auth, request.platform);
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

std::string InSeconds(milliseconds delay) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(delay).count()) + " s";
}

// What a registry says that wants to know who asks is no help to one who thinks to have told it.
Error WithAdvice(Error error, const std::string& registry, const OwnCredentials& credentials, int failures) {
  const bool denied = error.reason == "REGISTRY_DENIED";
  if (!denied && failures > 1) error.message += "; gave up after " + std::to_string(failures) + " tries";
  if (!denied || credentials.auth) return error;
  error.message += credentials.trouble.empty() ? "; nobody gave credentials for " + registry +
                                                     ": give them with the request or in the agent's auth_file"
                                               : "; " + credentials.trouble;
  return error;
}

Task<OwnCredentials> CredentialsOf(const PullRequest& request) {
  if (request.credentials || !request.own) co_return OwnCredentials{request.credentials, {}};
  co_return co_await request.own(request.reference.Registry());
}

ResultTask<> Pull(engine::Engine& engine, Clock& clock, ActiveOperation& operation, const PullRequest& request) {
  const OwnCredentials credentials = co_await CredentialsOf(request);
  for (int failures = 1;; ++failures) {
    auto pulled = co_await PullOnce(engine, clock, operation, request, credentials);
    if (pulled) co_return pulled;
    const auto left = std::chrono::duration_cast<milliseconds>(operation.deadline() - clock.Now());
    const auto delay = RetryOf(pulled.error(), failures, left);
    if (!delay) co_return WithAdvice(pulled.error(), request.reference.Registry(), credentials, failures);
    operation.Report(operation.operation().progress.step,
                     "Pull again in " + InSeconds(*delay) + ": " + pulled.error().message);
    co_await clock.SleepFor(*delay);
  }
}

}  // namespace

std::string PlatformOf(const engine::Image& image) {
  if (image.os.empty() || image.architecture.empty()) return "";
  return image.os + "/" + image.architecture + (image.variant.empty() ? "" : "/" + image.variant);
}

Result<> CheckPlatform(const engine::Image& old_image, const engine::Image& new_image) {
  const std::string from = PlatformOf(old_image);
  const std::string to = PlatformOf(new_image);
  if (from.empty() || to.empty()) return {};
  if (old_image.os == new_image.os && old_image.architecture == new_image.architecture) return {};
  return Error{Code::kFailedPrecondition, "OTHER_PLATFORM",
               "the image is for " + to + ", and what runs now is for " + from + ": ask for an image for " + from};
}

bool PullsAlways(const PullRequest& request) {
  if (request.policy != PullPolicy::kDefault) return request.policy == PullPolicy::kAlways;
  return request.reference.digest.empty();
}

ResultTask<Obtained> ObtainImage(engine::Engine& engine, Clock& clock, ActiveOperation& operation,
                                 PullRequest request) {
  const std::string reference = request.reference.ToString();
  if (!PullsAlways(request)) {
    auto local = co_await engine.InspectImage(reference);
    if (local) co_return Obtained{std::move(*local), false};
    if (local.error().code != Code::kNotFound || request.policy == PullPolicy::kNever) co_return local.error();
  }
  auto pulled = co_await Pull(engine, clock, operation, request);
  if (!pulled) co_return pulled.error();
  auto image = co_await engine.InspectImage(reference);
  if (!image) co_return image.error();
  co_return Obtained{std::move(*image), true};
}

}  // namespace berth::agent
