#include "agent/trusted_file.h"

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace berth::agent {
namespace {

using test::FailsWith;
using test::MessageOf;
using testing::HasSubstr;

constexpr uid_t kSelf = 990;

TEST(TrustedFiles, BelongToRootOrToTheAgentsOwnUserAndOnlyTheyMayWrite) {
  EXPECT_OK(CheckTrust(S_IFREG | 0600, 0, kSelf));
  EXPECT_OK(CheckTrust(S_IFREG | 0644, kSelf, kSelf));
}

TEST(TrustedFiles, DoNotBelongToAnybodyElse) {
  const auto check = CheckTrust(S_IFREG | 0600, 1000, kSelf);
  EXPECT_THAT(check, FailsWith(Code::kPermissionDenied, "FILE_NOT_TRUSTED"));
  EXPECT_THAT(MessageOf(check),
              HasSubstr("the user with the number 1000, who could put anything into it; `chown root`"));
}

TEST(TrustedFiles, MayNotBeWrittenByOthers) {
  for (const mode_t mode : {0620U, 0602U, 0666U}) {
    EXPECT_THAT(MessageOf(CheckTrust(S_IFREG | mode, 0, kSelf)), HasSubstr("`chmod go-w` it"));
  }
}

TEST(TrustedFiles, AreFiles) {
  EXPECT_THAT(MessageOf(CheckTrust(S_IFIFO | 0600, 0, kSelf)), HasSubstr("no regular file"));
}

TEST(TrustedFiles, AreReadWholeAndOthersNotAtAll) {
  const test::TemporaryDirectory directory;
  const auto file = directory / "file";
  EXPECT_THAT(ReadTrustedFile(file), FailsWith(Code::kInvalidArgument, "FILE_UNREADABLE"));
  std::ofstream(file) << "text";
  ::chmod(file.c_str(), 0600);
  EXPECT_EQ(ReadTrustedFile(file).value(), "text");
  ::chmod(file.c_str(), 0660);
  EXPECT_THAT(ReadTrustedFile(file), FailsWith(Code::kPermissionDenied, "FILE_NOT_TRUSTED"));
  EXPECT_THAT(ReadTrustedFile(directory.path()), FailsWith(Code::kPermissionDenied, "FILE_NOT_TRUSTED"));
}

}  // namespace
}  // namespace berth::agent
