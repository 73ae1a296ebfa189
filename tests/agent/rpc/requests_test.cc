#include "agent/rpc/requests.h"

#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace berth::rpc {
namespace {

using namespace std::chrono_literals;

v1::UpgradeContainerRequest Upgrade(const std::string& container = "web") {
  v1::UpgradeContainerRequest request;
  request.set_container(container);
  return request;
}

// "BAD_FIELD timeout" of an error; "ok" otherwise.
template <class T>
std::string Refusal(const Result<T>& result) {
  if (result) return "ok";
  const Error error = result.error();  // error() is a temporary
  EXPECT_EQ(error.code, Code::kInvalidArgument);
  const auto field = error.metadata.find("field");
  return error.reason + " " + (field == error.metadata.end() ? "?" : field->second);
}

template <class Change>
std::string RefusalOf(Change change) {
  auto request = Upgrade();
  change(request);
  return Refusal(ToRequest(request));
}

TEST(ContainerName, AcceptsNamesAndIds) {
  EXPECT_TRUE(ToContainerName("web"));
  EXPECT_TRUE(ToContainerName("my_app.web-1"));
  EXPECT_TRUE(ToContainerName(std::string(64, 'a')));
}

TEST(ContainerName, DoesNotAcceptWhatCouldLeaveThePath) {
  for (const std::string name : {"", "..", "../json", "web/json", "/web", "web?all=1", "web%2f", "w eb", "web\n",
                                 "-web", "\xFFweb", "web;id", "$(id)"}) {
    EXPECT_EQ(Refusal(ToContainerName(name)), "BAD_CONTAINER_NAME container") << name;
  }
  EXPECT_EQ(Refusal(ToContainerName(std::string("we\0b", 4))), "BAD_CONTAINER_NAME container");
  EXPECT_EQ(Refusal(ToContainerName(std::string(129, 'x'))), "BAD_CONTAINER_NAME container");
}

TEST(Requests, TakeEveryFieldOver) {
  auto proto = Upgrade();
  proto.set_request_id("1b4e28ba-2fa1-41d2-883f-0016d3cca427");
  proto.set_etag("abc");
  proto.set_validate_only(true);
  proto.set_queue(true);
  proto.mutable_timeout()->set_seconds(60);
  proto.mutable_stop_timeout()->set_seconds(7);
  proto.set_image("registry:5000/web:2");
  proto.set_strategy(v1::UPGRADE_STRATEGY_STOP_FIRST);
  proto.mutable_health_gate()->mutable_timeout()->set_seconds(30);
  proto.mutable_health_gate()->mutable_stable_for()->set_nanos(500'000'000);
  proto.set_pull_policy(v1::PULL_POLICY_NEVER);
  proto.mutable_credentials()->set_username("ci");
  proto.mutable_credentials()->set_password("secret");
  proto.set_keep_previous(0);
  proto.mutable_keep_previous_for()->set_seconds(7 * 86'400);
  proto.set_image_cleanup(true);

  const auto request = ToRequest(proto).value();
  EXPECT_EQ(request.kind, agent::Kind::kUpgrade);
  EXPECT_EQ(request.container, "web");
  EXPECT_EQ(request.request_id, proto.request_id());
  EXPECT_EQ(request.etag, "abc");
  EXPECT_TRUE(request.validate_only);
  EXPECT_TRUE(request.queue);
  EXPECT_EQ(request.timeout, 60s);
  EXPECT_EQ(request.stop_timeout, 7s);
  EXPECT_EQ(request.image, "registry:5000/web:2");
  EXPECT_EQ(request.strategy, agent::Strategy::kStopFirst);
  EXPECT_EQ(request.gate.timeout, 30s);
  EXPECT_EQ(request.gate.stable_for, 500ms);
  EXPECT_EQ(request.pull, agent::PullPolicy::kNever);
  EXPECT_EQ(request.credentials->username, "ci");
  EXPECT_EQ(request.credentials->password, "secret");
  EXPECT_EQ(request.keep_previous, 0);
  EXPECT_EQ(request.keep_previous_for, std::chrono::hours(7 * 24));
  EXPECT_EQ(request.image_cleanup, true);
}

TEST(Requests, LeaveDefaultsAloneWhereNothingWasSaid) {
  const auto request = ToRequest(Upgrade()).value();
  const agent::Request defaults;
  EXPECT_EQ(request.timeout, defaults.timeout);
  EXPECT_EQ(request.gate.stable_for, defaults.gate.stable_for);
  EXPECT_FALSE(request.gate.timeout);
  EXPECT_FALSE(request.stop_timeout);
  EXPECT_FALSE(request.credentials);
  EXPECT_FALSE(request.keep_previous);
  EXPECT_FALSE(request.keep_previous_for);
  EXPECT_FALSE(request.image_cleanup);
  EXPECT_EQ(request.pull, agent::PullPolicy::kDefault);
}

TEST(Requests, KnowTheirVerb) {
  v1::StartContainerRequest start;
  start.set_container("web");
  v1::StopContainerRequest stop;
  stop.set_container("web");
  v1::RestartContainerRequest restart;
  restart.set_container("web");
  v1::RollbackContainerRequest rollback;
  rollback.set_container("web");
  EXPECT_EQ(ToRequest(start)->kind, agent::Kind::kStart);
  EXPECT_EQ(ToRequest(stop)->kind, agent::Kind::kStop);
  EXPECT_EQ(ToRequest(restart)->kind, agent::Kind::kRestart);
  EXPECT_EQ(ToRequest(rollback)->kind, agent::Kind::kRollback);
}

TEST(Requests, TakeOverWhatARollbackGoesBackTo) {
  v1::RollbackContainerRequest rollback;
  rollback.set_container("web");
  for (const char* image : {"", "sha256:0123456789ab", "r/web:1", "r/web"}) {
    rollback.set_image(image);
    EXPECT_EQ(ToRequest(rollback)->image, image);
  }
  rollback.set_image("sha256:0123");
  EXPECT_EQ(Refusal(ToRequest(rollback)), "ok") << "it may be the name of an image";
  rollback.set_image("Not An Image");
  EXPECT_EQ(Refusal(ToRequest(rollback)), "BAD_IMAGE_REFERENCE image");
  rollback.clear_image();
  rollback.mutable_credentials()->set_username("me");
  EXPECT_EQ(Refusal(ToRequest(rollback)), "BAD_FIELD credentials");
}

TEST(Requests, DoNotAcceptDurationsOutOfRange) {
  EXPECT_EQ(RefusalOf([](auto& r) { r.mutable_timeout()->set_seconds(-1); }), "BAD_FIELD timeout");
  EXPECT_EQ(RefusalOf([](auto& r) { r.mutable_timeout(); }), "BAD_FIELD timeout");
  EXPECT_EQ(RefusalOf([](auto& r) { r.mutable_timeout()->set_nanos(-1); }), "BAD_FIELD timeout");
  EXPECT_EQ(RefusalOf([](auto& r) { r.mutable_timeout()->set_nanos(1'000'000'000); }), "BAD_FIELD timeout");
  EXPECT_EQ(RefusalOf([](auto& r) { r.mutable_timeout()->set_seconds(24 * 3600); }), "ok");
  EXPECT_EQ(RefusalOf([](auto& r) { r.mutable_timeout()->set_seconds(24 * 3600 + 1); }), "BAD_FIELD timeout");
  EXPECT_EQ(RefusalOf([](auto& r) { r.mutable_timeout()->set_seconds(std::numeric_limits<std::int64_t>::max()); }),
            "BAD_FIELD timeout");
  EXPECT_EQ(RefusalOf([](auto& r) { r.mutable_stop_timeout()->set_seconds(0); }), "ok");
  EXPECT_EQ(RefusalOf([](auto& r) { r.mutable_stop_timeout()->set_seconds(-5); }), "BAD_FIELD stop_timeout");
  EXPECT_EQ(RefusalOf([](auto& r) { r.mutable_health_gate()->mutable_timeout(); }), "BAD_FIELD health_gate.timeout");
  EXPECT_EQ(RefusalOf([](auto& r) { r.mutable_health_gate()->mutable_stable_for()->set_seconds(90'000); }),
            "BAD_FIELD health_gate.stable_for");
}

TEST(Requests, RoundAStopTimeoutUpToSeconds) {
  auto proto = Upgrade();
  proto.mutable_stop_timeout()->set_nanos(1);
  EXPECT_EQ(ToRequest(proto)->stop_timeout, 1s);
}

TEST(Requests, DoNotAcceptValuesThatThisAgentDoesNotKnow) {
  EXPECT_EQ(RefusalOf([](auto& r) { r.set_strategy(static_cast<v1::UpgradeStrategy>(7)); }), "BAD_FIELD strategy");
  EXPECT_EQ(RefusalOf([](auto& r) { r.set_pull_policy(static_cast<v1::PullPolicy>(-1)); }), "BAD_FIELD pull_policy");
}

TEST(Requests, DoNotKeepMoreThanTenOrLessThanNone) {
  EXPECT_EQ(RefusalOf([](auto& r) { r.set_keep_previous(10); }), "ok");
  EXPECT_EQ(RefusalOf([](auto& r) { r.set_keep_previous(11); }), "BAD_FIELD keep_previous");
  EXPECT_EQ(RefusalOf([](auto& r) { r.mutable_keep_previous_for()->set_seconds(-1); }), "BAD_FIELD keep_previous_for");
  EXPECT_EQ(RefusalOf([](auto& r) { r.mutable_keep_previous_for()->set_seconds(366 * 86'400); }),
            "BAD_FIELD keep_previous_for");
  EXPECT_EQ(RefusalOf([](auto& r) { r.set_keep_previous(-1); }), "BAD_FIELD keep_previous");
}

TEST(Requests, DoNotAcceptARequestIdThatIsNoUuid) {
  for (const std::string id : {"1", "1b4e28ba-2fa1-41d2-883f-0016d3cca42", "1b4e28ba-2fa1-41d2-883f-0016d3cca4277",
                               "1b4e28ba_2fa1_41d2_883f_0016d3cca427", "gb4e28ba-2fa1-41d2-883f-0016d3cca427"}) {
    EXPECT_EQ(RefusalOf([&](auto& r) { r.set_request_id(id); }), "BAD_FIELD request_id") << id;
  }
  EXPECT_EQ(RefusalOf([](auto& r) { r.set_request_id("1B4E28BA-2FA1-41D2-883F-0016D3CCA427"); }), "ok");
}

TEST(Requests, DoNotAcceptAnImageThatIsNoReference) {
  for (const std::string image : {"UPPER", "web:", "web@sha256:12", "a b", "web;rm", "../web", "web\n"}) {
    EXPECT_NE(RefusalOf([&](auto& r) { r.set_image(image); }), "ok") << image;
  }
  EXPECT_EQ(RefusalOf([](auto& r) { r.set_image(std::string(2000, 'a')); }), "BAD_FIELD image");
}

TEST(Requests, DoNotAcceptHalfOfTheCredentials) {
  EXPECT_EQ(RefusalOf([](auto& r) { r.mutable_credentials()->set_username("ci"); }), "BAD_FIELD credentials");
  EXPECT_EQ(RefusalOf([](auto& r) { r.mutable_credentials(); }), "BAD_FIELD credentials");
  EXPECT_EQ(RefusalOf([](auto& r) { r.mutable_credentials()->set_identity_token("t"); }), "ok");
}

TEST(Requests, DoNotAcceptControlCharactersInAnEtag) {
  EXPECT_EQ(RefusalOf([](auto& r) { r.set_etag("a\nb"); }), "BAD_FIELD etag");
  EXPECT_EQ(RefusalOf([](auto& r) { r.set_etag(std::string(1000, 'a')); }), "BAD_FIELD etag");
}

template <class Change>
std::string RefusalOfGroup(Change change) {
  v1::UpgradeContainersRequest request;
  request.set_project("shop");
  change(request);
  return Refusal(ToRequest(request));
}

TEST(GroupRequests, TakeEveryFieldOver) {
  v1::UpgradeContainersRequest request;
  request.set_project("shop");
  request.add_services("web");
  request.add_labels("team=blue");
  request.set_validate_only(true);
  request.set_queue(true);
  request.mutable_timeout()->set_seconds(60);
  (*request.mutable_images())["web"] = "web:2";
  request.mutable_health_gate()->mutable_timeout()->set_seconds(7);
  request.set_pull_policy(v1::PULL_POLICY_NEVER);
  request.set_keep_previous(3);
  request.set_max_unavailable_percent(30);
  request.set_roll_back(true);
  request.mutable_stop_timeout()->set_seconds(8);
  request.mutable_drain()->set_seconds(9);
  request.mutable_keep_previous_for()->set_seconds(10);
  request.set_image_cleanup(true);
  request.mutable_credentials()->set_username("somebody");
  request.mutable_credentials()->set_password("secret");
  const auto read = ToRequest(request).value();
  EXPECT_EQ(read.each.stop_timeout, 8s);
  EXPECT_EQ(read.each.drain, 9s);
  EXPECT_EQ(read.each.keep_previous_for, 10s);
  EXPECT_EQ(read.each.image_cleanup, true);
  EXPECT_EQ(read.each.credentials->username, "somebody");
  EXPECT_EQ(agent::DescribeSelection(read), "project shop, service web, label team=blue");
  EXPECT_TRUE(read.each.validate_only && read.each.queue && read.roll_back);
  EXPECT_EQ(read.each.timeout, 60s);
  EXPECT_EQ(read.images.at("web"), "web:2");
  EXPECT_EQ(read.each.gate.timeout, 7s);
  EXPECT_EQ(read.each.pull, agent::PullPolicy::kNever);
  EXPECT_EQ(read.each.keep_previous, 3);
  EXPECT_EQ(read.max_unavailable, (agent::MaxUnavailable{30, true}));
}

TEST(GroupRequests, TakeOneAtATimeUnlessToldOtherwise) {
  v1::UpgradeContainersRequest request;
  request.add_labels("team");
  EXPECT_EQ(ToRequest(request)->max_unavailable, agent::MaxUnavailable());
}

TEST(GroupRequests, DoNotAcceptWhatSelectsNothingOrMeansNothing) {
  using Request = v1::UpgradeContainersRequest;
  EXPECT_EQ(RefusalOfGroup([](Request&) {}), "ok");
  EXPECT_EQ(RefusalOfGroup([](Request& it) { it.clear_project(); }), "BAD_FIELD project");
  EXPECT_EQ(RefusalOfGroup([](Request& it) { it.set_project("a\nb"); }), "BAD_FIELD project");
  EXPECT_EQ(RefusalOfGroup([](Request& it) { it.add_services(""); }), "BAD_FIELD services");
  EXPECT_EQ(RefusalOfGroup([](Request& it) { it.add_labels("=x"); }), "BAD_FIELD labels");
  EXPECT_EQ(RefusalOfGroup([](Request& it) { (*it.mutable_images())["web"] = "Not An Image"; }),
            "BAD_IMAGE_REFERENCE images");
  EXPECT_EQ(RefusalOfGroup([](Request& it) { it.set_max_unavailable_count(0); }), "BAD_FIELD max_unavailable");
  EXPECT_EQ(RefusalOfGroup([](Request& it) { it.set_max_unavailable_percent(101); }), "BAD_FIELD max_unavailable");
  EXPECT_EQ(RefusalOfGroup([](Request& it) {
              it.set_roll_back(true);
              it.set_keep_previous(0);
            }),
            "BAD_FIELD roll_back");
}

TEST(Filters, PassLabelsOn) {
  v1::ListContainersRequest request;
  request.add_labels("tier");
  request.add_labels("app=web");
  const auto filters = ToFilters(request.labels()).value();
  EXPECT_EQ(filters.at("label"), (std::vector<std::string>{"tier", "app=web"}));
}

TEST(Filters, AreNoneWithoutLabels) { EXPECT_TRUE(ToFilters(v1::ListContainersRequest().labels())->empty()); }

TEST(Filters, DoNotAcceptALabelWithoutAKey) {
  for (const std::string label : {"", "=web", "a\nb"}) {
    v1::ListContainersRequest request;
    request.add_labels(label);
    EXPECT_EQ(Refusal(ToFilters(request.labels())), "BAD_FIELD labels") << label;
  }
}

TEST(LogOptions, TakeTheTimesOver) {
  v1::StreamLogsRequest request;
  request.set_follow(true);
  request.set_tail(0);
  request.mutable_since()->set_seconds(1'700'000'000);
  request.mutable_since()->set_nanos(5);
  const auto options = ToLogOptions(request).value();
  EXPECT_TRUE(options.follow);
  EXPECT_EQ(options.tail, 0u);
  EXPECT_EQ(options.since, WallTime(1'700'000'000s + 5ns));
  EXPECT_FALSE(options.until);
}

TEST(LogOptions, DoNotAcceptTimesThatNoLogHas) {
  v1::StreamLogsRequest request;
  request.mutable_since()->set_seconds(std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(Refusal(ToLogOptions(request)), "BAD_FIELD since");
  request.mutable_since()->set_seconds(1);
  request.mutable_until()->set_nanos(-1);
  EXPECT_EQ(Refusal(ToLogOptions(request)), "BAD_FIELD until");
}

TEST(OperationNames, AreSixteenDigits) {
  EXPECT_EQ(ToOperationId("operations/0123456789abcdef").value(), "0123456789abcdef");
  for (const std::string name : {"", "operations/", "0123456789abcdef", "operations/0123456789ABCDEF",
                                 "operations/0123456789abcdef0", "operations/../../etc/pass"}) {
    EXPECT_EQ(Refusal(ToOperationId(name)), "BAD_FIELD name") << name;
  }
}

TEST(Queries, HaveFiftyOnAPageAndAThousandAtTheMost) {
  v1::ListOperationsRequest request;
  EXPECT_EQ(ToQuery(request)->limit, 50u);
  request.set_page_size(100'000);
  EXPECT_EQ(ToQuery(request)->limit, 1000u);
  request.set_page_size(-1);
  EXPECT_EQ(Refusal(ToQuery(request)), "BAD_FIELD page_size");
}

TEST(Queries, DoNotAcceptATokenThatWeDidNotGive) {
  v1::ListOperationsRequest request;
  request.set_page_token("' OR 1=1");
  EXPECT_EQ(Refusal(ToQuery(request)), "BAD_FIELD page_token");
}

TEST(WaitLimits, AreTheCallsOwnDeadlineUnlessGiven) {
  v1::WaitOperationRequest request;
  EXPECT_FALSE(ToWaitLimit(request).value());
  request.mutable_timeout();
  EXPECT_EQ(ToWaitLimit(request).value(), 0ms);
  request.mutable_timeout()->set_seconds(-1);
  EXPECT_EQ(Refusal(ToWaitLimit(request)), "BAD_FIELD timeout");
}

}  // namespace
}  // namespace berth::rpc
