#include "cli/view/operation.h"

#include <boost/algorithm/string/join.hpp>

#include "cli/text/safe.h"
#include "cli/text/table.h"
#include "cli/view/facts.h"
#include "cli/view/outcome.h"
#include "cli/view/plan.h"
#include "cli/view/progress.h"
#include "cli/view/words.h"

namespace berth::cli {
namespace {

// Until now while it is under way.
std::string TookOf(const v1::Operation& operation, WallTime now) {
  if (!operation.has_create_time()) return "-";
  const WallTime end = operation.has_end_time() ? FromProto(operation.end_time()) : now;
  return FormatDuration(std::chrono::duration_cast<Milliseconds>(end - FromProto(operation.create_time())));
}

std::string KindOf(const v1::Operation& operation) {
  switch (operation.origin()) {
    case v1::OPERATION_ORIGIN_WATCHDOG:
      return KindWord(operation.kind()) + ", by the watchdog";
    case v1::OPERATION_ORIGIN_CERTIFICATES:
      return KindWord(operation.kind()) + ", by the agent";
    default:
      return KindWord(operation.kind());
  }
}

std::string DetailOf(const v1::Operation& operation) {
  if (operation.has_error()) return Safe(operation.error().message());
  return HasEnded(operation.state()) ? "" : StepOf(operation.progress());
}

// What it came to, for one that has ended.
std::string OutcomeOf(const v1::Operation& operation, const Palette& palette) {
  if (!HasEnded(operation.state()) || operation.state() == v1::OPERATION_STATE_VALIDATED) return "";
  const Outcome outcome = DescribeOutcome(operation, std::nullopt, palette, palette);
  return outcome.result + outcome.trouble;
}

}  // namespace

std::string RenderOperations(const v1::ListOperationsResponse& list, WallTime now, int width, const Palette& palette) {
  Table table({{"OPERATION"}, {"CONTAINER"}, {"KIND"}, {"STATE"}, {"STARTED"}, {"TOOK"}, {"DETAIL", true}});
  for (const auto& operation : list.operations()) {
    table.Add({Safe(operation.name()), Safe(SubjectOf(operation)), KindOf(operation),
               palette(ToneOf(operation.state()), Word(operation.state())), AgeOf(operation.create_time(), now),
               TookOf(operation, now), DetailOf(operation)});
  }
  return table.Render(width, palette);
}

std::string RenderOperation(const v1::Operation& operation, WallTime now, int width, const Palette& palette) {
  Facts facts(palette);
  facts.Add("operation", Safe(operation.name()));
  facts.Add("container", Safe(operation.container()));
  facts.Add("lineage", Safe(operation.lineage()));
  facts.Add("kind", KindOf(operation));
  facts.Add("state", palette(ToneOf(operation.state()), Word(operation.state())));
  facts.Add("started", AgeOf(operation.create_time(), now));
  facts.Add("took", TookOf(operation, now));
  facts.Add("request id", Safe(operation.request_id()));
  facts.Add("part of", Safe(operation.parent()));
  facts.Add("parts", Safe(boost::algorithm::join(operation.children(), ", ")));
  facts.Add("progress", StepOf(operation.progress()));
  return facts.Render() + RenderPlan(operation.plan(), width, palette) + OutcomeOf(operation, palette);
}

}  // namespace berth::cli
