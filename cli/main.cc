// berthctl: the command line of one host's agent.
#include <cstdlib>

#include <grpc/support/log.h>

#include "cli/process.h"
#include "cli/run.h"

namespace {

// gRPC would write about every broken connection to standard error; people read our sentences instead.
void KeepGrpcQuiet() {
  if (!std::getenv("GRPC_VERBOSITY")) gpr_set_log_function([](gpr_log_func_args*) {});
}

}  // namespace

int main(int argc, char** argv) {
  berth::cli::World world = berth::cli::ThisProcess();
  KeepGrpcQuiet();
  return static_cast<int>(berth::cli::Run({argv + 1, argv + argc}, world));
}
