// Every method of the API, called with every role.
#include <string>

#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>

#include "agent/rpc/method_roles.h"
#include "tests/agent/rpc/open_door.h"
#include "tests/support/all_methods.h"

namespace berth::rpc {
namespace {

using agent::Role;

class Roles : public OpenDoor {
 protected:
  // With an empty request, which is what a method looks at only when the caller may call it.
  grpc::Status CallEmpty(const google::protobuf::MethodDescriptor& method) {
    grpc::GenericStub stub(channel);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(method.server_streaming() ? 1 : 20));
    grpc::CompletionQueue queue;
    void* tag = nullptr;
    bool ok = false;
    const auto call = stub.PrepareCall(&context, "/" + method.service()->full_name() + "/" + method.name(), &queue);
    const auto done = [&] { queue.Next(&tag, &ok); };
    call->StartCall(nullptr), done();
    const grpc::Slice nothing;
    call->WriteLast(grpc::ByteBuffer(&nothing, 1), {}, nullptr), done();
    grpc::ByteBuffer answer;
    do {
      call->Read(&answer, nullptr), done();
    } while (ok);
    grpc::Status status;
    call->Finish(&status, nullptr), done();
    return status;
  }
};

TEST_F(Roles, AreAskedForByEveryMethod) {
  for (const Role role : {Role::kViewer, Role::kDeployer, Role::kAdmin}) {
    ComeAs(role);
    for (const auto* method : test::AllMethods()) {
      const auto status = CallEmpty(*method);
      const bool may = AccessOf(method->input_type()->full_name())->role <= role;
      EXPECT_EQ(status.error_code() != grpc::StatusCode::PERMISSION_DENIED, may)
          << method->full_name() << " as " << Name(role) << ": " << status.error_message();
      if (!may) EXPECT_EQ(ReasonOf(status), "ROLE_TOO_LOW");
    }
  }
}

TEST_F(ServerTest, OffersNoServiceThatTheRolesDoNotKnow) {
  std::string offered = Reflection();
  for (const auto* file : test::AllServiceFiles()) {
    for (int i = 0; i < file->service_count(); ++i) {
      const auto at = offered.find(file->service(i)->full_name());
      ASSERT_NE(at, std::string::npos) << file->service(i)->full_name();
      offered.erase(at, file->service(i)->full_name().size());
    }
  }
  EXPECT_EQ(offered.find("berth."), std::string::npos) << offered;
}

}  // namespace
}  // namespace berth::rpc
