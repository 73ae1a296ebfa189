#include "cli/view/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/text/table.h"
#include "tests/cli/operations_for_tests.h"

namespace berth::test {
namespace {

using cli::kUnlimited;
using cli::Palette;
using cli::RenderDryRun;
using testing::HasSubstr;
using testing::StartsWith;

v1::Operation Validated() {
  auto operation = MakeOperation(v1::OPERATION_KIND_UPGRADE, v1::OPERATION_STATE_VALIDATED);
  auto& plan = *operation.mutable_plan();
  plan.add_steps("Pull registry/web:2");
  plan.add_steps("Create web.new");
  plan.set_strategy(v1::UPGRADE_STRATEGY_STOP_FIRST);
  plan.set_strategy_reason("port 80 is published");
  auto& changed = *plan.add_changes();
  changed.set_field("Config.Env.VERSION");
  changed.set_old_value("1");
  changed.set_new_value("2");
  plan.add_changes()->set_field("Config.User");
  plan.mutable_changes(1)->set_new_value("www-data");
  return operation;
}

TEST(DryRuns, SayStepsStrategyAndChanges) {
  EXPECT_EQ(RenderDryRun(Validated(), kUnlimited, Palette()),
            "web: the upgrade would go ahead; nothing was done\n"
            "Steps\n"
            "  1. Pull registry/web:2\n"
            "  2. Create web.new\n"
            "Strategy\n"
            "  stop-first: port 80 is published\n"
            "Changes\n"
            "  FIELD                OLD      NEW\n"
            "  Config.Env.VERSION   1        2\n"
            "  Config.User          (none)   www-data\n");
}

TEST(DryRuns, SayWhyTheyWouldBeRefused) {
  auto operation = Validated();
  operation.mutable_plan()->add_warnings("the new image has a new volume");
  operation.mutable_plan()->add_refusals("an anonymous volume would be lost");
  const std::string text = RenderDryRun(operation, kUnlimited, Palette());
  EXPECT_THAT(text, StartsWith("web: the upgrade would be refused; nothing was done\n"));
  EXPECT_THAT(text, HasSubstr("Warnings\n  - the new image has a new volume\n"));
  EXPECT_THAT(text, HasSubstr("Refusals\n  - an anonymous volume would be lost\n"));
}

TEST(DryRuns, DoNotHaveEmptySections) {
  auto operation = MakeOperation(v1::OPERATION_KIND_STOP, v1::OPERATION_STATE_VALIDATED);
  operation.mutable_plan()->add_steps("Stop web");
  EXPECT_EQ(RenderDryRun(operation, kUnlimited, Palette()),
            "web: the stop would go ahead; nothing was done\nSteps\n  1. Stop web\n");
}

}  // namespace
}  // namespace berth::test
