#include "cli/view/plan.h"

#include "cli/text/safe.h"
#include "cli/text/table.h"
#include "cli/view/words.h"

namespace berth::cli {
namespace {

using Sentences = google::protobuf::RepeatedPtrField<std::string>;

std::string Steps(const v1::Plan& plan) {
  std::string text;
  for (int i = 0; i < plan.steps_size(); ++i) text += "  " + std::to_string(i + 1) + ". " + Safe(plan.steps(i)) + "\n";
  return text;
}

std::string Strategy(const v1::Plan& plan) {
  if (plan.strategy() == v1::UPGRADE_STRATEGY_UNSPECIFIED && plan.strategy_reason().empty()) return "";
  const std::string why = plan.strategy_reason().empty() ? "" : ": " + Safe(plan.strategy_reason());
  return "  " + StrategyWord(plan.strategy()) + why + "\n";
}

std::string OrAbsent(const std::string& value, const Palette& palette) {
  return value.empty() ? palette(Tone::kFaint, "(none)") : Safe(value);
}

std::string Changes(const v1::Plan& plan, int width, const Palette& palette) {
  if (plan.changes().empty()) return "";
  Table table({{"  FIELD", true}, {"OLD", true}, {"NEW", true}});
  for (const auto& change : plan.changes()) {
    table.Add(
        {"  " + Safe(change.field()), OrAbsent(change.old_value(), palette), OrAbsent(change.new_value(), palette)});
  }
  return table.Render(width, palette);
}

std::string List(const Sentences& sentences, Tone tone, const Palette& palette) {
  std::string text;
  for (const std::string& sentence : sentences) text += "  " + palette(tone, "- " + Safe(sentence)) + "\n";
  return text;
}

std::string Section(std::string_view heading, const std::string& body, const Palette& palette) {
  return body.empty() ? "" : palette(Tone::kStrong, heading) + "\n" + body;
}

}  // namespace

std::string RenderPlan(const v1::Plan& plan, int width, const Palette& palette) {
  return Section("Steps", Steps(plan), palette) + Section("Strategy", Strategy(plan), palette) +
         Section("Changes", Changes(plan, width, palette), palette) +
         Section("Warnings", List(plan.warnings(), Tone::kWarning, palette), palette) +
         Section("Refusals", List(plan.refusals(), Tone::kBad, palette), palette);
}

std::string RenderDryRun(const v1::Operation& validated, int width, const Palette& palette) {
  const bool refused = !validated.plan().refusals().empty();
  const std::string verdict =
      refused ? palette(Tone::kBad, "would be refused") : palette(Tone::kGood, "would go ahead");
  std::string parts;
  for (const auto& part : validated.plan().parts()) {
    parts += "\n" + palette(Tone::kStrong, Safe(part.container())) + "\n" + RenderPlan(part.plan(), width, palette);
  }
  return Safe(validated.container()) + ": the " + NounOf(validated.kind()) + " " + verdict + "; nothing was done\n" +
         RenderPlan(validated.plan(), width, palette) + parts;
}

}  // namespace berth::cli
