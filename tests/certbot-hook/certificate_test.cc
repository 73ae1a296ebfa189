#include "certbot-hook/certificate.h"

#include <gmock/gmock.h>

namespace berth::certificates {
namespace {

using std::chrono::hours;
using testing::HasSubstr;

TEST(LineageNames, AreThoseOfDirectories) {
  for (const auto* name :
       {"example.org", "example.org-0001", "*.example.org", "xn--bcher-kva.example", "my_site", "A"}) {
    EXPECT_TRUE(IsLineageName(name)) << name;
  }
}

TEST(LineageNames, LeadNowhereElse) {
  for (const auto& name :
       {std::string(), std::string("."), std::string(".."), std::string("../live/x"), std::string("a/b"),
        std::string("a b"), std::string("a\nb"), std::string("a\0b", 3), std::string("-é"), std::string(201, 'a')}) {
    EXPECT_FALSE(IsLineageName(name)) << name;
  }
}

TEST(ProblemsOfDates, AreNoneFromTheFirstToTheLastSecond) {
  const WallTime now = WallTime(hours(500'000));
  Certificate certificate{"01", {}, "", now, now + hours(1)};
  EXPECT_EQ(ProblemOfDates(certificate, now), "");
  EXPECT_EQ(ProblemOfDates(certificate, now + hours(1) - std::chrono::seconds(1)), "");
}

TEST(ProblemsOfDates, SayWhatToDo) {
  const WallTime now = WallTime(hours(500'000));
  const Certificate certificate{"01", {}, "", now, now + hours(1)};
  EXPECT_THAT(ProblemOfDates(certificate, now + hours(1)), HasSubstr("it ended at 2027-01-15T09:00:00Z"));
  EXPECT_THAT(ProblemOfDates(certificate, now - hours(1)), HasSubstr("is the clock of this host right?"));
}

}  // namespace
}  // namespace berth::certificates
