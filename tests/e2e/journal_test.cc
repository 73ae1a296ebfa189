// The agent's memory: on a full disk, damaged, and across restarts.
#include <fstream>
#include <sys/mount.h>

#include "tests/e2e/host.h"

namespace berth::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class JournalOfAHost : public Host {
 protected:
  void TearDown() override {
    Host::TearDown();
    if (mounted_) ::umount2(agent.state().c_str(), MNT_DETACH);
  }

  // The agent's state is on a disk of its own.
  void StartOnASmallDisk() {
    std::filesystem::create_directory(agent.state());
    ASSERT_EQ(::mount("tmpfs", agent.state().c_str(), "tmpfs", 0, "size=1m"), 0)
        << "needs root, in a mount namespace of its own";
    mounted_ = true;
    agent.Start();
  }

  std::filesystem::path Ballast() const { return agent.state() / "ballast"; }

  void FillDisk() {
    std::ofstream ballast(Ballast(), std::ios::binary | std::ios::app);
    const std::string page(4096, 'x');
    while (ballast.write(page.data(), static_cast<std::streamsize>(page.size())).flush()) continue;
  }
  void FreeDisk() { std::filesystem::remove(Ballast()); }

  std::vector<std::filesystem::path> SetAside() const {
    std::vector<std::filesystem::path> files;
    for (const auto& file : std::filesystem::directory_iterator(agent.state())) {
      if (file.path().extension() == ".broken") files.push_back(file.path());
    }
    return files;
  }

 private:
  bool mounted_ = false;
};

TEST_F(JournalOfAHost, KeepsTheAgentFromTouchingAnythingWhenTheDiskIsFull) {
  StartOnASmallDisk();
  const std::string id = RunWeb();
  FillDisk();
  const auto refused = Submit(AskUpgrade("web:2"));
  EXPECT_THAT(refused, FailsWith(Code::kResourceExhausted, "DISK_FULL"));
  EXPECT_THAT(MessageOf(refused), HasSubstr("nothing was done"));
  EXPECT_THAT(Submit(Ask<v1::StopContainerRequest>(kWeb)), FailsWith(Code::kResourceExhausted, "DISK_FULL"));
  ExpectUntouched(id);
  EXPECT_OK(GetContainer()) << "who only looks needs no disk";
  auto plan = AskUpgrade("web:2");
  plan.set_validate_only(true);
  EXPECT_OK(Submit(plan)) << "nor does a plan";

  FreeDisk();
  EXPECT_OK(OutcomeOf(Upgrade("web:2")));
  ExpectOneServes("2");
}

TEST_F(JournalOfAHost, LosesNothingWhenTheDiskFillsUpDuringAnUpgrade) {
  StartOnASmallDisk();
  const std::string id = RunWeb();
  docker.Forget(Image("web:2"));
  const auto begun = Submit(AskUpgrade("web:2")).value();
  FillDisk();
  const auto ended = End(begun.name());
  EXPECT_THAT(OutcomeOf(ended), FailsWith(Code::kResourceExhausted, "DISK_FULL"));
  ExpectUntouched(id);
  FreeDisk();
  EXPECT_OK(OutcomeOf(Upgrade("web:2")));
  agent.Kill();
  agent.Start();
  EXPECT_THAT(OutcomeOf(Get(begun.name()).value()), FailsWith(Code::kResourceExhausted, "DISK_FULL"));
  ExpectOneServes("2");
}

TEST_F(JournalOfAHost, IsSetAsideWhenItIsDamaged) {
  agent.Start();
  RunWeb();
  const auto before = Upgrade("web:2");
  agent.Stop();
  agent.End();
  WriteFile(agent.state() / "journal.db", std::string(100'000, 'x'));
  agent.Start();
  EXPECT_THAT(GetHost().degraded_reasons(), Contains(HasSubstr(".broken")));
  ASSERT_THAT(SetAside(), SizeIs(1));
  EXPECT_THAT(ReadFile(SetAside().front()), testing::StartsWith("xxxx")) << "it is evidence";
  EXPECT_THAT(Get(before.name()), FailsWith(Code::kNotFound, "OPERATION_NOT_FOUND"));
  EXPECT_THAT(GetContainer()->kept(), SizeIs(1)) << "that much is known to the engine";
  EXPECT_OK(OutcomeOf(Upgrade("web:3")));
  ExpectOneServes("3");

  agent.Kill();
  agent.Start();
  EXPECT_THAT(GetHost().degraded_reasons(), IsEmpty());
}

TEST_F(JournalOfAHost, RemembersWhatWasDone) {
  agent.Start();
  RunWeb();
  const auto failed = Upgrade("web:crash");
  agent.Kill();
  agent.Start();
  const auto remembered = Get(failed.name()).value();
  EXPECT_EQ(remembered.SerializeAsString(), failed.SerializeAsString());
}

}  // namespace
}  // namespace berth::test
