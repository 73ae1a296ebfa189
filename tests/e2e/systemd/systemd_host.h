// A machine with systemd: a container whose process 1 it is, with the engine that everything else is on.
#pragma once

#include <string>

#include "tests/e2e/host.h"

namespace berth::test {

class SystemdHost : public Host {
 protected:
  void TearDown() override;

  // The machine, with this release of Debian: "bookworm".
  void Boot(const std::string& release);

  // Runs a shell script in there.
  Finished Try(const std::string& script) const;
  // The same; it has to succeed. What it wrote, without the newline at the end.
  std::string Do(const std::string& script) const;

  // As docs/install.md says.
  void Install(const std::string& package = "berth");
  // One property of a unit, as systemctl shows it.
  std::string Show(const std::string& property, const std::string& unit = "berthd") const;
  // Another process than `pid` runs, and answers.
  bool IsBack(const std::string& pid) const;
  // The state of an operation: "OPERATION_STATE_SUCCEEDED".
  std::string StateOf(const std::string& operation) const;
  // Begins an upgrade of kWeb to web:2; its name.
  std::string BeginUpgrade(const std::string& options = "") const;
};

}  // namespace berth::test
