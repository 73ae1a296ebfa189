// The journal on a file system that is really full. Needs the right to mount; skipped without it.
#include <fstream>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "agent/sqlite_journal.h"
#include "tests/agent/journal_samples.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace berth::agent {
namespace {

using test::FailsWith;

class FullDisk : public ::testing::Test {
 protected:
  // In a mount namespace of this process: nobody else sees the disk, and it goes with us.
  void SetUp() override {
    const bool mounted = ::unshare(CLONE_NEWNS) == 0 &&
                         ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                         ::mount("tmpfs", disk.path().c_str(), "tmpfs", 0, "size=512k") == 0;
    ASSERT_TRUE(mounted) << "needs a disk of its own, which only root may mount: scripts/private-engine run -- ctest";
  }
  void TearDown() override { ::umount2(disk.path().c_str(), MNT_DETACH); }

  void Fill() {
    std::ofstream ballast(disk / "ballast");
    while (ballast << std::string(4096, 'x') << std::flush) {
    }
  }
  void MakeSpace() { std::filesystem::remove(disk / "ballast"); }

  // How many operations can be begun before the disk is full.
  int BeginUntilFull(Journal& journal) {
    for (int n = 0; n < 10'000; ++n) {
      const auto begun = journal.Begin(SampleEntry("op-" + std::to_string(n)));
      if (begun) continue;
      EXPECT_THAT(begun, FailsWith(Code::kResourceExhausted, "DISK_FULL"));
      return n;
    }
    ADD_FAILURE() << "the disk is never full";
    return 0;
  }

  test::TemporaryDirectory disk;
};

TEST_F(FullDisk, KeepsWhatReturnedAndGoesOnWhenThereIsSpace) {
  int begun = 0;
  {
    const auto journal = std::move(OpenJournal(disk / "state", At(0))->journal);
    Fill();
    begun = BeginUntilFull(*journal);
    EXPECT_EQ(journal->Unfinished()->size(), static_cast<std::size_t>(begun));
    MakeSpace();
    EXPECT_OK(journal->Begin(SampleEntry("late")));
  }
  const auto again = OpenJournal(disk / "state", At(0));
  ASSERT_OK(again);
  EXPECT_EQ(again->set_aside, "");
  EXPECT_EQ(again->journal->Unfinished()->size(), static_cast<std::size_t>(begun) + 1);
}

TEST_F(FullDisk, OpensAnOldJournalAndAnswersFromIt) {
  ASSERT_OK(OpenJournal(disk / "state", At(0))->journal->Begin(SampleEntry("a1")));
  Fill();
  const auto opened = OpenJournal(disk / "state", At(0));
  ASSERT_OK(opened);
  EXPECT_EQ(opened->set_aside, "");
  EXPECT_TRUE(opened->journal->Find("a1").value());
  EXPECT_THAT(opened->journal->Begin(SampleEntry("a2")), FailsWith(Code::kResourceExhausted, "DISK_FULL"));
}

TEST_F(FullDisk, DoesNotBeginANewJournalAndSaysWhy) {
  Fill();
  const auto opened = OpenJournal(disk / "state", At(0));
  ASSERT_TRUE(opened.has_error());
  EXPECT_EQ(opened.error().code, Code::kResourceExhausted) << opened.error().message;
}

}  // namespace
}  // namespace berth::agent
