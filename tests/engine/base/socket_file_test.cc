#include "engine/base/socket_file.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "tests/support/temporary_directory.h"

namespace berth {
namespace {

namespace asio = boost::asio;

class SocketFileTest : public testing::Test {
 protected:
  Result<UnixAcceptor> Listen() { return ListenAt(loop_.get_executor(), {.path = path_}); }

  mode_t Mode() const {
    struct stat status {};
    EXPECT_EQ(lstat(path_.c_str(), &status), 0);
    return status.st_mode;
  }

  bool Answers() {
    asio::local::stream_protocol::socket caller(loop_);
    boost::system::error_code error;
    caller.connect(path_, error);
    return !error;
  }

  asio::io_context loop_;
  test::TemporaryDirectory directory_;
  const std::string path_ = directory_ / "berthd.sock";
};

TEST_F(SocketFileTest, IsForItsOwnerAndTheGroupAlone) {
  const auto previous = umask(0);
  const auto listener = Listen();
  umask(previous);
  ASSERT_TRUE(listener);
  EXPECT_EQ(Mode(), mode_t{S_IFSOCK | 0660});
}

TEST_F(SocketFileTest, IsForTheGroupWhateverTheUmask) {
  const auto previous = umask(0077);
  const auto listener = Listen();
  umask(previous);
  ASSERT_TRUE(listener);
  EXPECT_EQ(Mode(), mode_t{S_IFSOCK | 0660});
}

TEST_F(SocketFileTest, HasTheModeAskedFor) {
  const auto listener = ListenAt(loop_.get_executor(), {.path = path_, .mode = 0600});
  ASSERT_TRUE(listener);
  EXPECT_EQ(Mode(), mode_t{S_IFSOCK | 0600});
}

TEST_F(SocketFileTest, IsOfTheGroupAskedForWhereThereIsOne) {
  const auto listener = ListenAt(loop_.get_executor(), {.path = path_, .group = "no-such-group"});
  EXPECT_TRUE(listener);
}

TEST_F(SocketFileTest, Answers) {
  const auto listener = Listen();
  ASSERT_TRUE(listener);
  EXPECT_TRUE(Answers());
}

TEST_F(SocketFileTest, TakesThePlaceOfOneThatAKilledAgentLeft) {
  { const auto killed = Listen(); }
  ASSERT_TRUE(std::filesystem::exists(path_));
  EXPECT_FALSE(Answers());
  const auto listener = Listen();
  ASSERT_TRUE(listener);
  EXPECT_TRUE(Answers());
}

TEST_F(SocketFileTest, DoesNotTakeThePlaceOfOneThatAnswers) {
  const auto first = Listen();
  const auto second = Listen();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, "ALREADY_LISTENING");
  EXPECT_EQ(second.error().message, "another berthd is listening at " + path_);
  EXPECT_TRUE(Answers());
}

TEST_F(SocketFileTest, DoesNotTakeThePlaceOfAnotherFile) {
  std::ofstream(path_) << "precious";
  const auto listener = Listen();
  ASSERT_FALSE(listener);
  EXPECT_EQ(listener.error().reason, "SOCKET_FAILED");
  EXPECT_TRUE(std::filesystem::is_regular_file(path_));
}

TEST_F(SocketFileTest, DoesNotFollowALink) {
  std::ofstream(directory_ / "precious") << "precious";
  std::filesystem::create_symlink(directory_ / "precious", path_);
  EXPECT_FALSE(Listen());
}

TEST_F(SocketFileTest, SaysThatAPathIsTooLong) {
  const auto listener = ListenAt(loop_.get_executor(), {.path = directory_ / std::string(200, 'x')});
  ASSERT_FALSE(listener);
  EXPECT_TRUE(listener.error().message.ends_with("the path is too long for a Unix socket"));
}

TEST_F(SocketFileTest, MakesItsDirectory) {
  EXPECT_TRUE(ListenAt(loop_.get_executor(), {.path = directory_ / "run/berthd.sock"}));
  EXPECT_FALSE(ListenAt(loop_.get_executor(), {.path = directory_ / "not/there/berthd.sock"}));
}

}  // namespace
}  // namespace berth
