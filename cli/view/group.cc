#include "cli/view/group.h"

#include "cli/remote/status.h"
#include "cli/text/image.h"
#include "cli/text/safe.h"
#include "cli/text/table.h"
#include "cli/text/time.h"
#include "cli/view/words.h"

namespace berth::cli {
namespace {

std::string OrDash(std::string text) { return text.empty() ? "-" : text; }

std::string GapOf(const v1::Operation& operation) {
  const auto& result = operation.upgrade_result();
  const bool replaced = operation.has_upgrade_result() && result.container_id() != result.old_container_id();
  return replaced || result.rolled_back() ? FormatDuration(FromProto(result.gap())) : "-";
}

}  // namespace

std::string RenderGroup(const std::vector<v1::Operation>& children, int width, const Palette& palette) {
  if (children.empty()) return "";
  Table table({{"CONTAINER"}, {"KIND"}, {"STATE"}, {"OLD", true}, {"NEW", true}, {"GAP"}});
  for (const auto& child : children) {
    const auto& result = child.upgrade_result();
    table.Add({Safe(child.container()), Word(child.kind()), palette(ToneOf(child.state()), Word(child.state())),
               OrDash(ShortImage(result.old_image())), OrDash(ShortImage(result.new_image())), GapOf(child)});
  }
  return table.Render(width, palette);
}

}  // namespace berth::cli
