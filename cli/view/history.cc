#include "cli/view/history.h"

#include "cli/text/image.h"
#include "cli/text/safe.h"
#include "cli/text/table.h"
#include "cli/view/facts.h"
#include "cli/view/words.h"

namespace berth::cli {
namespace {

std::string OrDash(const std::string& text) { return text.empty() ? "-" : Safe(text); }

std::string BroughtBy(const v1::ContainerVersion& version) {
  return version.operation().empty() ? "-" : Word(version.kind()) + ", " + Safe(version.operation());
}

// What a rollback to it would do.
std::string BackBy(const v1::ContainerVersion& version) {
  if (version.runs_now()) return "runs now";
  if (!version.kept_as().empty()) return "kept as " + Safe(version.kept_as());
  return version.can_roll_back() ? "its digest" : "-";
}

}  // namespace

std::string RenderHistory(const v1::ListVersionsResponse& list, WallTime now, int width, const Palette& palette) {
  Table table({{"IMAGE", true}, {"DIGEST"}, {"SINCE"}, {"BROUGHT BY"}, {"BACK BY", true}});
  for (const auto& version : list.versions()) {
    table.Add({Safe(ShortImage(version.image())), OrDash(ShortDigest(version.digest())),
               version.has_time() ? AgeOf(version.time(), now) : "-", BroughtBy(version), BackBy(version)});
  }
  return table.Render(width, palette);
}

}  // namespace berth::cli
