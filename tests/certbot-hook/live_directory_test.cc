#include "certbot-hook/live_directory.h"

#include <array>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/support/certbot_directory.h"
#include "tests/support/results.h"

namespace berth::certificates {
namespace {

namespace fs = std::filesystem;

using test::CertbotDirectory;
using test::FailsWith;
using test::MessageOf;
using test::TestAuthority;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class LiveDirectoryTest : public testing::Test {
 protected:
  // Of the only lineage.
  std::string Problem() { return live_.Read()->at(0).problem; }
  std::string Serial() { return live_.Read()->at(0).certificate.serial; }

  const TestAuthority authority_{"authority"};
  CertbotDirectory certbot_;
  LiveDirectory live_{certbot_.path()};
};

TEST_F(LiveDirectoryTest, ListsWhatCertbotHas) {
  certbot_.Write("b.example.org", authority_.Issue("b.example.org"), authority_.certificate());
  certbot_.Write("a.example.org", authority_.Issue({{"a.example.org", "www.example.org"}}));
  const auto lineages = live_.Read();
  ASSERT_OK(lineages);
  ASSERT_EQ(lineages->size(), 2u);
  EXPECT_EQ(lineages->front().name, "a.example.org");
  EXPECT_EQ(lineages->front().directory, certbot_.live("a.example.org"));
  EXPECT_THAT(lineages->front().certificate.names, ElementsAre("a.example.org", "www.example.org"));
  for (const auto& lineage : *lineages) EXPECT_EQ(lineage.problem, "");
}

TEST_F(LiveDirectoryTest, IsEmptyWhereThereIsNone) {
  EXPECT_THAT(*live_.Read(), IsEmpty());
  certbot_.Write("example.org", authority_.Issue("example.org"));
  std::ofstream(certbot_.path() / "live/README") << "hello";
  fs::create_directory(certbot_.path() / "live/.hidden");
  EXPECT_EQ(live_.Read()->size(), 1u);
  fs::remove_all(certbot_.path() / "live");
  EXPECT_THAT(*live_.Read(), IsEmpty());
}

TEST_F(LiveDirectoryTest, SeesWhatWasRenewed) {
  certbot_.Write("example.org", authority_.Issue({.names = {"example.org"}, .serial = 0x11}));
  EXPECT_EQ(Serial(), "11");
  certbot_.Write("example.org", authority_.Issue({.names = {"example.org"}, .serial = 0x12}));
  EXPECT_EQ(Serial(), "12");
}

TEST_F(LiveDirectoryTest, FindsOneByItsName) {
  certbot_.Write("example.org", authority_.Issue("example.org"));
  EXPECT_EQ(live_.ReadOne("example.org")->certificate.issuer, "authority");
  const auto missing = live_.ReadOne("example.net");
  EXPECT_THAT(missing, FailsWith(Code::kNotFound, "LINEAGE_NOT_FOUND"));
  EXPECT_THAT(MessageOf(missing), HasSubstr("there are: example.org"));
  EXPECT_THAT(live_.ReadOne("../live/example.org"), FailsWith(Code::kNotFound, "LINEAGE_NOT_FOUND"));
}

TEST_F(LiveDirectoryTest, SaysThatAKeyIsMissing) {
  certbot_.Write("example.org", authority_.Issue("example.org"));
  fs::remove(certbot_.live("example.org") / "privkey.pem");
  EXPECT_THAT(Problem(), HasSubstr("live/example.org/privkey.pem is not there"));
}

TEST_F(LiveDirectoryTest, SaysThatALinkLeadsNowhere) {
  certbot_.Write("example.org", authority_.Issue("example.org"));
  fs::remove_all(certbot_.path() / "archive");
  EXPECT_THAT(Problem(), HasSubstr("leads to ../../archive/example.org/fullchain1.pem, which is not there"));
}

TEST_F(LiveDirectoryTest, SaysThatAKeyIsOfAnother) {
  auto pair = authority_.Issue("example.org");
  pair.key = authority_.Issue("example.org").key;
  certbot_.Write("example.org", pair);
  EXPECT_THAT(Problem(), AllOf(HasSubstr("privkey.pem: the key is not that of the certificate"),
                               HasSubstr("certbot renew --force-renewal --cert-name example.org")));
  certbot_.Write("example.org", authority_.Issue("example.org"));
  EXPECT_EQ(Problem(), "");
}

TEST_F(LiveDirectoryTest, SaysThatAFileIsNone) {
  certbot_.Write("example.org", {"no certificate", "no key"});
  EXPECT_THAT(Problem(), HasSubstr("fullchain.pem: it holds no certificate in PEM"));
  fs::remove(certbot_.live("example.org") / "fullchain.pem");
  fs::create_directory(certbot_.live("example.org") / "fullchain.pem");
  EXPECT_THAT(Problem(), HasSubstr("fullchain.pem is no file"));
}

TEST_F(LiveDirectoryTest, HasNoProblemWithOneThatHasEnded) {
  certbot_.Write("example.org", authority_.Issue({.names = {"example.org"}, .left = std::chrono::seconds(-60)}));
  EXPECT_EQ(Problem(), "");
}

// Without what lets root read everything: modes count for an owner, as for any other user. Not by another user's id,
// who might not even reach the directory of the test.
class WithoutPrivilege {
 public:
  WithoutPrivilege() {
    EXPECT_EQ(syscall(SYS_capget, &header_, held_.data()), 0);
    Effective({});
  }
  WithoutPrivilege(const WithoutPrivilege&) = delete;
  WithoutPrivilege& operator=(const WithoutPrivilege&) = delete;
  ~WithoutPrivilege() { Effective({held_[0].effective, held_[1].effective}); }

 private:
  void Effective(std::array<std::uint32_t, 2> bits) {
    auto changed = held_;
    for (std::size_t word = 0; word < bits.size(); ++word) changed[word].effective = bits[word];
    EXPECT_EQ(syscall(SYS_capset, &header_, changed.data()), 0);
  }

  __user_cap_header_struct header_{_LINUX_CAPABILITY_VERSION_3, 0};  // of this thread
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> held_{};
};

TEST_F(LiveDirectoryTest, SaysThatAKeyMayNotBeReadAndSeesWhenItMay) {
  certbot_.Write("example.org", authority_.Issue("example.org"));
  const fs::path key = certbot_.live("example.org") / "privkey.pem";
  fs::permissions(key, fs::perms::none);
  {
    const WithoutPrivilege here;
    EXPECT_THAT(Problem(), HasSubstr("privkey.pem may not be read by berthd"));
  }
  fs::permissions(key, fs::perms(0644));
  const WithoutPrivilege here;
  EXPECT_EQ(Problem(), "");
}

TEST_F(LiveDirectoryTest, FailsWhereItMayNotLook) {
  certbot_.Write("example.org", authority_.Issue("example.org"));
  fs::permissions(certbot_.path() / "live", fs::perms::none);
  {
    const WithoutPrivilege here;
    EXPECT_THAT(live_.Read(), FailsWith(Code::kPermissionDenied, "LIVE_DIRECTORY_DENIED"));
  }
  fs::permissions(certbot_.path() / "live", fs::perms(0755));
}

// Bytes that this process has read so far, from whatever file.
long BytesRead() {
  std::ifstream io("/proc/self/io");
  std::string word;
  long bytes = 0;
  io >> word >> bytes;
  return bytes;
}

TEST_F(LiveDirectoryTest, ReadsNothingTwice) {
  const auto pair = authority_.Issue("example.org");
  for (int i = 0; i < 100; ++i) certbot_.Write("example" + std::to_string(i) + ".org", pair, authority_.certificate());
  ASSERT_EQ(live_.Read()->size(), 100u);
  const long before = BytesRead();
  const std::clock_t begin = std::clock();
  ASSERT_EQ(live_.Read()->size(), 100u);
  RecordProperty("microseconds", static_cast<int>((std::clock() - begin) * 1'000'000 / CLOCKS_PER_SEC));
  EXPECT_LT(BytesRead() - before, 10'000);
}

}  // namespace
}  // namespace berth::certificates
