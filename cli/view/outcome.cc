#include "cli/view/outcome.h"

#include "cli/describe_error.h"
#include "cli/remote/status.h"
#include "cli/text/image.h"
#include "cli/text/safe.h"
#include "cli/text/time.h"
#include "cli/view/words.h"

namespace berth::cli {
namespace {

bool IsUpgradeLike(const v1::Operation& operation) {
  return operation.kind() == v1::OPERATION_KIND_UPGRADE || operation.kind() == v1::OPERATION_KIND_ROLLBACK ||
         operation.kind() == v1::OPERATION_KIND_RECREATE;
}

std::string Gap(const v1::UpgradeResult& result) { return FormatDuration(FromProto(result.gap())); }

// "web:1 → web:2"; with digests when a tag was moved, which is what they are for.
std::string FromTo(const v1::UpgradeResult& result) {
  const std::string old_image = ShortImage(result.old_image());
  const std::string new_image = ShortImage(result.new_image());
  if (old_image != new_image || result.old_digest().empty()) return old_image + " → " + new_image;
  return new_image + ", " + ShortDigest(result.old_digest()) + " → " + ShortDigest(result.new_digest());
}

std::string WhatWasKept(const v1::Operation& operation, std::optional<bool> kept) {
  if (!kept) return "";
  if (!*kept) return ", previous container not kept";
  return ", previous container kept; roll back with: berthctl rollback " + Safe(operation.container());
}

std::string Warnings(const v1::UpgradeResult& result, const Palette& palette) {
  std::string text;
  for (const std::string& warning : result.warnings()) {
    text += "  " + palette(Tone::kWarning, "warning:") + " " + Safe(warning) + "\n";
  }
  return text;
}

std::string Took(const v1::Operation& operation) {
  if (!operation.has_create_time() || !operation.has_end_time()) return "";
  const auto time = FromProto(operation.end_time()) - FromProto(operation.create_time());
  return " in " + FormatDuration(std::chrono::duration_cast<Milliseconds>(time));
}

// An upgrade to what runs already, which a warning says, or one that never came to the switch.
bool IsSameContainer(const v1::UpgradeResult& result) {
  return !result.container_id().empty() && result.container_id() == result.old_container_id();
}

std::string Swapped(const v1::Operation& operation, std::optional<bool> kept) {
  const auto& result = operation.upgrade_result();
  if (IsSameContainer(result)) return "still " + ShortImage(result.new_image());
  if (operation.kind() == v1::OPERATION_KIND_RECREATE) {
    return "made anew from " + ShortImage(result.new_image()) + ", gap " + Gap(result);
  }
  const std::string verb = operation.kind() == v1::OPERATION_KIND_ROLLBACK ? "rolled back, " : "";
  return verb + FromTo(result) + ", gap " + Gap(result) + WhatWasKept(operation, kept);
}

std::string Succeeded(const v1::Operation& operation, std::optional<bool> kept, const Palette& palette) {
  const std::string name = palette(Tone::kGood, Safe(SubjectOf(operation))) + ": ";
  if (!IsUpgradeLike(operation)) return name + PastWord(operation.kind()) + Took(operation) + "\n";
  return name + Swapped(operation, kept) + "\n" + Warnings(operation.upgrade_result(), palette);
}

std::string Quote(const std::string& heading, const std::string& output) {
  std::string text;
  for (const std::string& line : SafeLines(output)) text += "    " + line + "\n";
  return text.empty() ? "" : "  " + heading + "\n" + text;
}

std::string LastProbe(const v1::UpgradeResult& result) {
  if (result.failed_probes().empty()) return "";
  const auto& probe = *result.failed_probes().rbegin();
  return Quote("its last health check, with exit code " + std::to_string(probe.exit_code()) + ":", probe.output());
}

std::string WhatRunsNow(const v1::UpgradeResult& result) {
  if (result.rolled_back()) return "  the old container runs again, after a gap of " + Gap(result) + "\n";
  return IsSameContainer(result) ? "  the old container is as it was\n" : "";
}

// Where the reason alone does not tell what to do about a certificate, a look at everything does.
std::string WhatNext(const v1::Operation& operation, const Error& error) {
  std::string next = NextStep(error);
  if (!next.empty() || operation.lineage().empty()) return next;
  const bool is_there = operation.kind() != v1::OPERATION_KIND_OBTAIN_CERTIFICATE;
  return "see what is in its way: berthctl cert check" + (is_there ? " " + Safe(operation.lineage()) : "");
}

std::string Failed(const v1::Operation& operation, const Palette& palette) {
  Error error = FromStatus(operation.error());
  if (!operation.lineage().empty()) error.metadata.try_emplace("lineage", operation.lineage());
  const std::string headline =
      Safe(SubjectOf(operation)) + ": " + NounOf(operation.kind()) + " " + Word(operation.state());
  const std::string why = error.message.empty() ? "" : ": " + Safe(error.message);
  const auto& result = operation.upgrade_result();
  const std::string next = WhatNext(operation, error);
  return "berthctl: " + palette(Tone::kBad, headline) + why + "\n" + LastProbe(result) +
         Quote("its last output:", result.failed_output()) + WhatRunsNow(result) + Warnings(result, palette) +
         (next.empty() ? "" : "  " + next + "\n");
}

}  // namespace

Outcome DescribeOutcome(const v1::Operation& operation, std::optional<bool> kept, const Palette& out,
                        const Palette& err) {
  if (operation.state() == v1::OPERATION_STATE_SUCCEEDED) {
    return {ExitCode::kOk, Succeeded(operation, kept, out), ""};
  }
  return {ExitCode::kFailed, "", Failed(operation, err)};
}

Outcome DescribeLostSight(const v1::Operation& operation, const Error& error) {
  const std::string why = error.reason == reason::kInterrupted ? "" : Safe(error.message) + "; ";
  const std::string name = Safe(operation.name());
  return {ExitCodeOf(error), "",
          "berthctl: " + Safe(SubjectOf(operation)) + ": " + why + "the " + NounOf(operation.kind()) +
              " goes on in the agent as " + name + "\n" + "  follow it with: berthctl op watch " + name + "\n" +
              "  cancel it with: berthctl op cancel " + name + "\n"};
}

}  // namespace berth::cli
