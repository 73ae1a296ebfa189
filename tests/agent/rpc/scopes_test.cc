// What somebody who has a scope sees of the rest of the host: nothing.
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "tests/agent/rpc/open_door.h"

namespace berth::rpc {
namespace {

using agent::Role;
using testing::ElementsAre;

const agent::Scope kBlue{{{"team", "blue"}}};

class Scopes : public OpenDoor {
 protected:
  void SetUp() override {
    OpenDoor::SetUp();
    OnLoop([this] {
      engine.Run("mine", "web:1", {{"Labels", {{"team", "blue"}}}});
      theirs_id_ = engine.Run("theirs", "web:1", {{"Labels", {{"team", "red"}}}}).id;
      operations.known = {Of("0000000000000004", "theirs", "red"), Of("0000000000000003", "mine", "blue"),
                          Of("0000000000000002", "theirs", "red"), Of("0000000000000001", "mine", "blue")};
      for (const std::string name : {"mine", "theirs"}) {
        watchdog::Status status;
        status.container = status.service_key = name;
        watcher.watched.push_back(status);
        watchdog::Episode episode;
        episode.id = watcher.watched.size();
        episode.container = episode.service_key = name;
        ASSERT_TRUE(journal.episodes->Write({episode}));
      }
    });
    ComeAs(Role::kDeployer, kBlue);
  }

  static agent::Operation Of(const std::string& id, const std::string& container, const std::string& team) {
    agent::Operation operation;
    operation.id = id;
    operation.container = container;
    operation.labels = {{"team", team}};
    return operation;
  }

  // The reason with which a call fails; empty when it does not.
  template <class Stub, class Request, class Response>
  std::string Refusal(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                      const Request& request) {
    Response response;
    const auto status = Call(method, request, response);
    return status.ok() ? "" : ReasonOf(status);
  }

  std::string theirs_id_;
};

TEST_F(Scopes, HideOtherContainersByNameAndById) {
  v1::ListContainersResponse all;
  ASSERT_TRUE(Call(&Containers::ListContainers, v1::ListContainersRequest(), all).ok());
  ASSERT_EQ(all.containers_size(), 1);
  EXPECT_EQ(all.containers(0).name(), "mine");
  EXPECT_EQ(Refusal(&Containers::GetContainer, For<v1::GetContainerRequest>("mine")), "");
  for (const std::string& theirs : {std::string("theirs"), theirs_id_, theirs_id_.substr(0, 12)}) {
    EXPECT_EQ(Refusal(&Containers::GetContainer, For<v1::GetContainerRequest>(theirs)), "CONTAINER_NOT_FOUND");
  }
  v1::ContainerDetails none;
  const auto hidden = Call(&Containers::GetContainer, For<v1::GetContainerRequest>("theirs"), none);
  const auto missing = Call(&Containers::GetContainer, For<v1::GetContainerRequest>("nobody"), none);
  EXPECT_EQ(hidden.error_message(), "there is no container theirs");
  EXPECT_EQ(missing.error_message(), "there is no container nobody");
}

TEST_F(Scopes, HideStreamsOfOtherContainers) {
  Containers stub(channel);
  grpc::ClientContext logs;
  v1::LogChunk chunk;
  const auto lines = stub.StreamLogs(&logs, For<v1::StreamLogsRequest>(theirs_id_));
  EXPECT_FALSE(lines->Read(&chunk));
  EXPECT_EQ(ReasonOf(lines->Finish()), "CONTAINER_NOT_FOUND");
  grpc::ClientContext stats;
  v1::Stats sample;
  const auto samples = stub.StreamStats(&stats, For<v1::StreamStatsRequest>("theirs"));
  EXPECT_FALSE(samples->Read(&sample));
  EXPECT_EQ(ReasonOf(samples->Finish()), "CONTAINER_NOT_FOUND");
}

TEST_F(Scopes, GoAlongWithEveryRequest) {
  EXPECT_EQ(Refusal(&Containers::StopContainer, For<v1::StopContainerRequest>("mine")), "");
  v1::UpgradeContainersRequest group;
  group.set_project("shop");
  EXPECT_EQ(Refusal(&Containers::UpgradeContainers, group), "");
  OnLoop([this] {
    ASSERT_EQ(operations.submitted.size(), 1U);
    EXPECT_EQ(operations.submitted[0].caller.scope, kBlue);
    EXPECT_EQ(operations.submitted[0].caller.identity, "spiffe://berth/client/x/y");
    ASSERT_EQ(operations.submitted_groups.size(), 1U);
    EXPECT_EQ(operations.submitted_groups[0].each.caller.scope, kBlue);
  });
}

TEST_F(Scopes, HideOperationsOnOtherContainers) {
  v1::ListOperationsRequest request;
  request.set_page_size(1);
  std::vector<std::string> names;
  v1::ListOperationsResponse page;
  do {
    ASSERT_TRUE(Call(&Outcomes::ListOperations, request, page).ok());
    for (const auto& operation : page.operations()) names.push_back(operation.name());
    request.set_page_token(page.next_page_token());
  } while (!page.next_page_token().empty());
  EXPECT_THAT(names, ElementsAre("operations/0000000000000003", "operations/0000000000000001"));

  v1::GetOperationRequest get;
  get.set_name("operations/0000000000000003");
  EXPECT_EQ(Refusal(&Outcomes::GetOperation, get), "");
  get.set_name("operations/0000000000000004");
  EXPECT_EQ(Refusal(&Outcomes::GetOperation, get), "OPERATION_NOT_FOUND");
  v1::CancelOperationRequest cancel;
  cancel.set_name(get.name());
  EXPECT_EQ(Refusal(&Outcomes::CancelOperation, cancel), "OPERATION_NOT_FOUND");
  OnLoop([this] { EXPECT_TRUE(operations.cancelled.empty()); });
  v1::WaitOperationRequest wait;
  wait.set_name(get.name());
  EXPECT_EQ(Refusal(&Outcomes::WaitOperation, wait), "OPERATION_NOT_FOUND");
  v1::WatchOperationRequest watch;
  watch.set_name(get.name());
  grpc::ClientContext context;
  Outcomes stub(channel);
  v1::WatchOperationResponse item;
  const auto items = stub.WatchOperation(&context, watch);
  EXPECT_FALSE(items->Read(&item));
  EXPECT_EQ(ReasonOf(items->Finish()), "OPERATION_NOT_FOUND");
}

TEST_F(Scopes, HideWhatTheWatchdogSeesOfOthers) {
  using Watchdogs = v1::WatchdogService::Stub;
  v1::Watchdog watchdog;
  ASSERT_TRUE(Call(&Watchdogs::GetWatchdog, v1::GetWatchdogRequest(), watchdog).ok());
  ASSERT_EQ(watchdog.containers_size(), 1);
  EXPECT_EQ(watchdog.containers(0).container(), "mine");
  EXPECT_EQ(Refusal(&Watchdogs::GetWatchdog, For<v1::GetWatchdogRequest>("theirs")), "NOT_WATCHED");
  EXPECT_EQ(Refusal(&Watchdogs::ResetCircuit, For<v1::ResetCircuitRequest>("theirs")), "NOT_WATCHED");
  auto pause = For<v1::PauseWatchdogRequest>("theirs");
  pause.mutable_duration()->set_seconds(60);
  EXPECT_EQ(Refusal(&Watchdogs::PauseWatchdog, pause), "NOT_WATCHED");
  pause.clear_container();
  EXPECT_EQ(Refusal(&Watchdogs::PauseWatchdog, pause), "BAD_FIELD");
  EXPECT_EQ(Refusal(&Watchdogs::ResumeWatchdog, v1::ResumeWatchdogRequest()), "BAD_FIELD");
  OnLoop([this] { EXPECT_TRUE(watcher.pauses.empty() && watcher.resets.empty()); });
  pause.set_container("mine");
  EXPECT_EQ(Refusal(&Watchdogs::PauseWatchdog, pause), "");

  v1::ListEpisodesResponse episodes;
  ASSERT_TRUE(Call(&Watchdogs::ListEpisodes, v1::ListEpisodesRequest(), episodes).ok());
  ASSERT_EQ(episodes.episodes_size(), 1);
  EXPECT_EQ(episodes.episodes(0).container(), "mine");
}

TEST_F(Scopes, DenyWhatConcernsTheWholeHost) {
  EXPECT_EQ(Refusal(&v1::CertificateService::Stub::ListCertificates, v1::ListCertificatesRequest()),
            "SCOPE_TOO_NARROW");
  EXPECT_EQ(Refusal(&v1::HostService::Stub::GetHost, v1::GetHostRequest()), "");
}

TEST_F(Scopes, DoNotHideAnythingFromWhoHasTheWholeHost) {
  ComeAs(Role::kViewer);
  v1::ListContainersResponse all;
  ASSERT_TRUE(Call(&Containers::ListContainers, v1::ListContainersRequest(), all).ok());
  EXPECT_EQ(all.containers_size(), 2);
  v1::GetOperationRequest get;
  get.set_name("operations/0000000000000004");
  EXPECT_EQ(Refusal(&Outcomes::GetOperation, get), "");
}

}  // namespace
}  // namespace berth::rpc
