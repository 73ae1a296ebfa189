// Whole answers of the engine: lists, inspects, and the rest.
#include "engine/decode.h"
#include "tests/fuzz/expect.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth::engine;
  const auto json = ParseJson(berth::fuzz::AsText(data, size));
  if (!json) return 0;
  const auto list = DecodeContainerList(*json);
  if (list) berth::fuzz::Expect(json->is_null() || list->size() == json->as_array().size(), "no container gets lost");
  (void)DecodeContainerDetails(*json);
  (void)DecodeCreated(*json);
  (void)DecodeWaitOutcome(*json);
  (void)DecodeFileChanges(*json);
  (void)DecodeImage(*json);
  (void)DecodeNetwork(*json);
  (void)DecodeVersion(*json);
  (void)DecodeInfo(*json);
  (void)DecodeRemoteDigest(*json);
  (void)DecodeExecId(*json);
  (void)DecodeExecState(*json);
  (void)DecodeProcesses(*json);
  return 0;
}
