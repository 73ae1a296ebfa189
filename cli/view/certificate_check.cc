#include "cli/view/certificate_check.h"

#include <algorithm>
#include <vector>

#include "cli/text/safe.h"
#include "cli/text/table.h"
#include "cli/view/words.h"

namespace berth::cli {
namespace {

bool IsProblem(const v1::CertificateFinding& finding) { return finding.level() == v1::FINDING_LEVEL_PROBLEM; }

std::string Verdict(const v1::CheckCertificatesResponse& check, const Palette& palette) {
  const auto problems = std::ranges::count_if(check.findings(), IsProblem);
  if (problems == 0)
    return palette(Tone::kGood, "Nothing that was looked at would keep a certificate from its renewal");
  const std::string number = problems == 1 ? "1 problem" : std::to_string(problems) + " problems";
  return palette(Tone::kBad, number + " would keep a certificate from being renewed, or the new one from being served");
}

}  // namespace

bool HasProblem(const v1::CheckCertificatesResponse& check) { return std::ranges::any_of(check.findings(), IsProblem); }

std::string RenderCheck(const v1::CheckCertificatesResponse& check, const Palette& palette) {
  std::vector<v1::CertificateFinding> findings(check.findings().begin(), check.findings().end());
  std::ranges::stable_sort(findings, {}, &v1::CertificateFinding::level);
  Table table({{"LEVEL"}, {"LINEAGE"}, {"SUBJECT"}, {"FINDING"}});
  for (const auto& finding : findings) {
    const std::string text = Safe(finding.text());
    table.Add({palette(ToneOf(finding.level()), Word(finding.level())),
               finding.lineage().empty() ? "all" : Safe(finding.lineage()), Safe(finding.subject()),
               IsProblem(finding) ? palette(Tone::kBad, text) : text});
  }
  return table.Render(kUnlimited, palette) + "\n" + Verdict(check, palette) + "\n";
}

}  // namespace berth::cli
