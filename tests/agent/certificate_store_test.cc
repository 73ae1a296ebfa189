#include "agent/certificate_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/sqlite_journal.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace berth::agent {
namespace {

using certificates::Attempts;
using certificates::Trouble;
using testing::ElementsAre;
using testing::IsEmpty;

WallTime At(int seconds) { return WallTime(std::chrono::seconds(1'800'000'000 + seconds)); }

Attempts Sample(const std::string& lineage) {
  Attempts attempts;
  attempts.lineage = lineage;
  attempts.last_attempt = At(1);
  attempts.last_success = At(2);
  attempts.failures_in_a_row = 3;
  attempts.not_before = At(4);
  attempts.last_trouble = Trouble::kRateLimited;
  attempts.last_error = "the CA says \"later\"\n";
  attempts.issued = {At(5), At(6)};
  attempts.refused = {At(7)};
  attempts.serial = "0A";
  attempts.deployed_serial = "0B";
  attempts.told = "certificate_endangered";
  return attempts;
}

class CertificateStoreTest : public testing::Test {
 protected:
  CertificateStoreTest() { Open(); }
  void Open() {
    opened.reset();
    opened.emplace(OpenJournal(temporary.path(), At(0)).value());
  }
  CertificateStore& store() { return *opened->certificates; }

  test::TemporaryDirectory temporary;
  std::optional<OpenedJournal> opened;
};

TEST_F(CertificateStoreTest, KeepsEverythingBeyondItsOwnLife) {
  ASSERT_OK(store().Save(Sample("example.org")));
  ASSERT_OK(store().Save(Sample("example.net")));
  Open();
  EXPECT_THAT(store().Load().value(), ElementsAre(Sample("example.net"), Sample("example.org")));
}

TEST_F(CertificateStoreTest, ReplacesWhatWasBefore) {
  ASSERT_OK(store().Save(Sample("example.org")));
  auto later = Sample("example.org");
  later.failures_in_a_row = 4;
  ASSERT_OK(store().Save(later));
  EXPECT_THAT(store().Load().value(), ElementsAre(later));
}

TEST_F(CertificateStoreTest, ForgetsOneAndNotTheOthers) {
  ASSERT_OK(store().Save(Sample("example.org")));
  ASSERT_OK(store().Save(Sample("example.net")));
  ASSERT_OK(store().Forget("example.org"));
  EXPECT_THAT(store().Load().value(), ElementsAre(Sample("example.net")));
}

TEST_F(CertificateStoreTest, KnowsNothingAtFirst) { EXPECT_THAT(store().Load().value(), IsEmpty()); }

}  // namespace
}  // namespace berth::agent
