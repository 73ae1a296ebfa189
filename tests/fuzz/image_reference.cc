// Names of images, as callers and labels give them.
#include "engine/image_reference.h"

#include "tests/fuzz/expect.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth::engine;
  const auto text = berth::fuzz::AsText(data, size);
  const auto reference = ParseImageReference(text);
  if (!reference) return 0;
  const auto again = ParseImageReference(reference->ToString());
  berth::fuzz::Expect(again.has_value(), "what we write, we read");
  berth::fuzz::Expect(again->ToString() == reference->ToString(), "and it means the same");
  berth::fuzz::Expect(reference->repository.find("..") == std::string::npos, "no way up in a path");
  berth::fuzz::Expect(reference->ToString().find_first_of("%?# \n\\") == std::string::npos, "nothing that a URL reads");
  return 0;
}
