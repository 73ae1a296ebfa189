#include "agent/cosign.h"

#include <algorithm>
#include <filesystem>

#include <boost/algorithm/string/trim.hpp>

namespace berth::agent {
namespace {

constexpr const char* kPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr std::size_t kOutputBytes = 4096;
constexpr std::size_t kLongestLine = 300;

Error NotSigned(const engine::ImageReference& image, const std::string& why) {
  return {Code::kPermissionDenied,
          "NOT_SIGNED",
          image.ToString() + " is not signed as policy.cosign_key in berthd.toml wants it: " + why,
          {{"image", image.ToString()}, {"option", "policy.cosign_key"}}};
}

// As one line of ours, whatever it was.
std::string LastLine(const std::string& output) {
  const std::string trimmed = boost::algorithm::trim_copy(output);
  std::string line = trimmed.substr(trimmed.rfind('\n') + 1).substr(0, kLongestLine);
  std::replace_if(
      line.begin(), line.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' ');
  return line.empty() ? "cosign does not say why" : line;
}

ResultTask<> Ask(CosignSettings settings, engine::ImageReference image) {
  if (image.digest.empty()) co_return NotSigned(image, "it has no digest of a registry");
  auto end = co_await RunChild(CosignCommand(settings, image));
  if (end) co_return JudgeCosign(image, *end);
  co_return Error{Code::kFailedPrecondition, "COSIGN_FAILED",
                  "the signature of " + image.ToString() + " can't be verified: " + end.error().message};
}

}  // namespace

ChildCommand CosignCommand(const CosignSettings& settings, const engine::ImageReference& image) {
  ChildCommand command;
  command.arguments = {settings.program, "verify", "--key", settings.key};
  if (!settings.transparency_log) command.arguments.emplace_back("--private-infrastructure");
  command.arguments.insert(command.arguments.end(), {"--", image.repository + "@" + image.digest});
  command.environment = {kPath, "HOME=" + settings.home};
  const std::filesystem::path auth(settings.auth_file);
  if (auth.filename() == "config.json") command.environment.push_back("DOCKER_CONFIG=" + auth.parent_path().string());
  command.time_limit = settings.time_limit;
  command.max_output = kOutputBytes;
  command.keep_end = true;
  return command;
}

Result<> JudgeCosign(const engine::ImageReference& image, const ChildEnd& end) {
  if (end.timed_out) {
    return Error{Code::kDeadlineExceeded, "COSIGN_TIMEOUT",
                 "cosign did not say in time who signed " + image.ToString() +
                     "; see whether its registry answers, or raise policy.cosign_timeout in berthd.toml"};
  }
  return end.exit_code == 0 ? Result<>() : NotSigned(image, LastLine(end.output));
}

Verify VerifyWithCosign(CosignSettings settings) {
  return [settings = std::move(settings)](engine::ImageReference image) { return Ask(settings, std::move(image)); };
}

}  // namespace berth::agent
