#include "metrics/exporter.h"

#include <array>
#include <filesystem>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include "tests/support/fake_loop.h"
#include "tests/support/temporary_directory.h"

namespace berth::metrics {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kScrape = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";

// One that connects; it never waits.
class Caller {
 public:
  explicit Caller(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    connected_ = connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;
  ~Caller() { close(socket_); }

  bool connected() const { return connected_; }
  void Send(const std::string& text) const {
    EXPECT_EQ(send(socket_, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  // All that has come by now.
  std::string Receive() {
    std::array<char, 65536> bytes{};
    std::string text;
    for (;;) {
      const auto size = recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT);
      hung_up_ = size == 0 || (size < 0 && errno == ECONNRESET);
      if (size <= 0) return text;
      text.append(bytes.data(), static_cast<std::size_t>(size));
    }
  }
  bool HungUpOn() {
    Receive();
    return hung_up_;
  }

 private:
  int socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool connected_ = false;
  bool hung_up_ = false;
};

class ExporterTest : public testing::Test {
 protected:
  void SetUp() override {
    auto started = Exporter::Start(loop_.executor(), clock_, {path_}, [this] {
      ++scrapes_;
      return std::vector<Family>{Gauge("berth_x", "X.", scrapes_)};
    });
    ASSERT_TRUE(started) << started.error().message;
    exporter_ = std::move(*started);
  }

  std::string Ask(const std::string& request) {
    Caller caller(path_);
    caller.Send(request);
    loop_.RunReady();
    return caller.Receive();
  }

  test::TemporaryDirectory directory_;
  const std::string path_ = directory_ / "metrics.sock";
  test::FakeClock clock_;
  test::FakeLoop loop_{clock_};
  int scrapes_ = 0;
  std::unique_ptr<Exporter> exporter_;
};

TEST_F(ExporterTest, OffersFiguresAsTheyAreAtEachScrape) {
  EXPECT_EQ(Ask(kScrape),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nConnection: close\r\n"
            "Content-Length: 49\r\n\r\n# HELP berth_x X.\n# TYPE berth_x gauge\nberth_x 1\n");
  EXPECT_THAT(Ask(kScrape), HasSubstr("\nberth_x 2\n"));
}

TEST_F(ExporterTest, OverlooksAQuery) {
  EXPECT_THAT(Ask("GET /metrics?name=x HTTP/1.1\r\nHost: x\r\n\r\n"), HasSubstr("\nberth_x 1\n"));
}

TEST_F(ExporterTest, PointsWhoeverComesByToTheFigures) {
  EXPECT_THAT(Ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("at /metrics")));
  EXPECT_THAT(Ask("GET /else HTTP/1.1\r\nHost: x\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 404"), HasSubstr("at /metrics")));
  EXPECT_EQ(scrapes_, 0);
}

TEST_F(ExporterTest, DoesNotTakeAnythingButGet) {
  for (const char* verb : {"POST", "PUT", "DELETE", "HEAD", "BREW"}) {
    EXPECT_THAT(Ask(std::string(verb) + " /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nx=1"),
                AllOf(StartsWith("HTTP/1.1 405"), HasSubstr("Allow: GET\r\n")))
        << verb;
  }
  EXPECT_EQ(scrapes_, 0);
}

TEST_F(ExporterTest, RefusesWhatIsNoHttp) {
  EXPECT_THAT(Ask("\x16\x03\x01\x02"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(Ask("hello\r\n\r\n"), StartsWith("HTTP/1.1 400"));
}

TEST_F(ExporterTest, RefusesAHeadThatIsTooLong) {
  EXPECT_THAT(Ask("GET /metrics HTTP/1.1\r\nX: " + std::string(9000, 'x')), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(Ask("GET /" + std::string(9000, 'x')), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(Ask("GET /metrics HTTP/1.1\r\nX: " + std::string(7000, 'x') + "\r\n\r\n"), StartsWith("HTTP/1.1 200"));
}

TEST_F(ExporterTest, TakesARequestThatComesByteByByte) {
  Caller caller(path_);
  for (const char c : std::string(kScrape)) {
    caller.Send({c});
    loop_.RunReady();
  }
  EXPECT_THAT(caller.Receive(), HasSubstr("\nberth_x 1\n"));
}

TEST_F(ExporterTest, HangsUpOnWhoSaysNothingFor5Seconds) {
  Caller caller(path_);
  caller.Send("GET /metrics HT");
  loop_.RunFor(4900ms);
  EXPECT_FALSE(caller.HungUpOn());
  loop_.RunFor(200ms);
  EXPECT_TRUE(caller.HungUpOn());
  EXPECT_THAT(Ask(kScrape), HasSubstr("\nberth_x 1\n"));
}

TEST_F(ExporterTest, LetsTheNinthWaitUntilOneOfTheOthersHasEnded) {
  std::vector<std::unique_ptr<Caller>> silent;
  for (int i = 0; i < 8; ++i) silent.push_back(std::make_unique<Caller>(path_));
  loop_.RunReady();
  Caller ninth(path_);
  ninth.Send(kScrape);
  loop_.RunReady();
  EXPECT_EQ(ninth.Receive(), "");
  silent.pop_back();
  loop_.RunReady();
  EXPECT_THAT(ninth.Receive(), HasSubstr("\nberth_x 1\n"));
}

TEST_F(ExporterTest, ServesOnWhenCallersVanish) {
  for (int i = 0; i < 20; ++i) {
    {
      Caller(path_).Send(kScrape);
    }
    loop_.RunReady();
  }
  EXPECT_THAT(Ask(kScrape), StartsWith("HTTP/1.1 200"));
}

TEST_F(ExporterTest, TakesItsSocketAwayWhenItGoes) {
  struct stat status {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0660u);
  Caller caller(path_);
  loop_.RunReady();
  exporter_.reset();
  loop_.RunReady();
  EXPECT_TRUE(caller.HungUpOn());
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_FALSE(Caller(path_).connected());
}

TEST_F(ExporterTest, DoesNotTakeAnAddressFromAnotherOne) {
  const auto no_figures = [] { return std::vector<Family>(); };
  const auto second = Exporter::Start(loop_.executor(), clock_, {path_}, no_figures);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, "ALREADY_LISTENING");
}

TEST(ExporterOnTcp, SaysThatAPortIsTaken) {
  test::FakeClock clock;
  test::FakeLoop loop(clock);
  boost::asio::io_context other;
  const boost::asio::ip::tcp::acceptor taken(other, {boost::asio::ip::address_v4::loopback(), 0});
  const auto exporter =
      Exporter::Start(loop.executor(), clock, {taken.local_endpoint()}, [] { return std::vector<Family>(); });
  ASSERT_FALSE(exporter);
  EXPECT_THAT(exporter.error().message, testing::MatchesRegex("listening at 127\\.0\\.0\\.1:[0-9]+: Address already in "
                                                              "use; choose another port"));
}

}  // namespace
}  // namespace berth::metrics
