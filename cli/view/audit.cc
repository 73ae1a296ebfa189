#include "cli/view/audit.h"

#include "cli/text/safe.h"
#include "cli/text/table.h"
#include "cli/view/facts.h"
#include "cli/view/words.h"

namespace berth::cli {
namespace {

// "refused: LOCKED"
std::string OutcomeCell(const v1::AuditRecord& record) {
  const std::string word = Word(record.outcome());
  return record.reason().empty() ? word : word + ": " + Safe(record.reason());
}

}  // namespace

std::string RenderAudit(const v1::ListAuditRecordsResponse& list, WallTime now, int width, const Palette& palette) {
  Table table({{"WHEN"}, {"WHO", true}, {"METHOD"}, {"TARGET"}, {"OUTCOME"}, {"OPERATION"}, {"IMAGE", true}});
  for (const auto& record : list.records()) {
    table.Add({AgeOf(record.time(), now), Safe(record.identity()), Safe(record.method()), Safe(record.target()),
               OutcomeCell(record), Safe(record.operation()), Safe(record.image())});
  }
  return table.Render(width, palette);
}

}  // namespace berth::cli
