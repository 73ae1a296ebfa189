// Something that a person should hear about; a plain value.
#pragma once

#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/error.h"
#include "engine/base/task.h"

namespace berth::notices {

enum class Severity { kInfo, kWarning, kCritical, kResolved };

struct Notice {
  WallTime time;
  Severity severity = Severity::kWarning;
  std::string event;  // "heal_succeeded", "heal_failed", "gave_up", "held", "recovered", "stopped", "over", "flapping",
                      // "storm", "test"
  std::string subject;  // what it is about, the same for all of one story: a service key
  std::string host;
  std::string container;     // empty when it is about the host
  std::string container_id;  // 12 digits or all
  std::string project;
  std::string image;
  std::string output;  // the last health check's, at most 4 KiB; shown as it is, never interpreted
  int attempt = 0;     // 1, 2 ...; 0 when it does not apply
  std::string text;    // one sentence that says it all
};

// How one target took a notice.
struct Delivery {
  std::string target;  // as it is called in the configuration
  bool delivered = false;
  std::string detail;  // "204 No Content", or why it failed and what to do about it
};

// Where notices go. Loop thread only.
class Notices {
 public:
  virtual ~Notices() = default;
  // Never blocks and never fails: what does not fit into the bounded queue is counted.
  virtual void Send(Notice notice) = 0;
  // A test notice to every target, once each and past its queue. FAILED_PRECONDITION (NO_NOTICE_TARGETS) without any.
  virtual ResultTask<std::vector<Delivery>> Test() = 0;
};

}  // namespace berth::notices
