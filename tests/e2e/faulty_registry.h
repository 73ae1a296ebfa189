// A registry that fails when a test says so: a proxy in front of a real one, at 127.0.0.1.
#pragma once

#include <memory>
#include <string>

namespace berth::test {

class FaultyRegistry {
 public:
  // `upstream` is "127.0.0.1:5000".
  explicit FaultyRegistry(const std::string& upstream);
  ~FaultyRegistry();

  std::string address() const;  // "127.0.0.1:41234"

  // What the next `times` requests get whose path has `part` in it: "/manifests/".
  struct Reply {
    unsigned status = 500;
    std::string body = {};
    std::string field = {};  // one more field: "Retry-After", with its value
    std::string value = {};
  };
  void Answer(const std::string& part, Reply reply, int times);
  // They get the head of the right answer and half of its body, and then the connection breaks.
  void Cut(const std::string& part, int times);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace berth::test
