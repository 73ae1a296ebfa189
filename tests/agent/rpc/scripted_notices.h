// Targets for notices that take them as a test says.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "notices/notice.h"

namespace berth::test {

// Loop thread only.
class ScriptedNotices final : public notices::Notices {
 public:
  std::vector<notices::Notice> sent;
  std::vector<notices::Delivery> deliveries;  // of a test notice
  std::optional<Error> refusal;               // likewise

  void Send(notices::Notice notice) override { sent.push_back(std::move(notice)); }
  ResultTask<std::vector<notices::Delivery>> Test() override {
    if (refusal) co_return *refusal;
    co_return deliveries;
  }
};

}  // namespace berth::test
