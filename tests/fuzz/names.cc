// What callers call containers and networks, on its way into a path of the engine's API.
#include "engine/names.h"

#include <algorithm>
#include <chrono>
#include <string>

#include "engine/api_request.h"
#include "tests/fuzz/expect.h"

namespace {

using namespace berth::engine;

// The path alone: /v1.41/containers/NAME/json.
std::string PathOf(ApiRequest request) {
  const auto target = std::move(request).Finish("1.41", std::chrono::seconds(1), std::chrono::seconds(1)).target;
  return target.substr(0, target.find('?'));
}

bool IsPlain(const std::string& path) {
  return path.find("/../") == std::string::npos && path.find("//") == std::string::npos &&
         std::ranges::all_of(path, [](unsigned char byte) { return byte > ' ' && byte < 0x7f; });
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto name = berth::fuzz::AsText(data, size);
  const auto container = ApiRequest::Container("GET", name, "json");
  const bool container_is_good = CheckContainerName(name).has_value();
  berth::fuzz::Expect(container.flaw().has_value() != container_is_good, "a bad name is a flawed request");
  if (container_is_good) {
    const auto path = PathOf(container);
    berth::fuzz::Expect(IsPlain(path) && std::ranges::count(path, '/') == 4, "a container's name is one segment");
    berth::fuzz::Expect(PercentEncode(name) == name, "and needs no encoding");
  }
  const auto network = ApiRequest::Network("GET", name, "connect");
  if (!network.flaw()) {
    const auto path = PathOf(network);
    berth::fuzz::Expect(IsPlain(path) && std::ranges::count(path, '/') == 4, "a network's name is one segment");
  }
  const auto image = ApiRequest::Image("GET", name, "json");
  if (!image.flaw()) berth::fuzz::Expect(IsPlain(PathOf(image)), "an image's name leads nowhere else");
  return 0;
}
