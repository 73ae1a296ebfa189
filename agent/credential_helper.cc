#include "agent/credential_helper.h"

#include <algorithm>
#include <cstdlib>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json/parse.hpp>

#include "agent/operations/json_access.h"
#include "agent/trusted_file.h"
#include "engine/base/child_process.h"

namespace berth::agent {
namespace {

constexpr std::size_t kLongestName = 64;
constexpr std::size_t kLargestAnswer = 64 << 10;  // as the credentials of a request
constexpr std::string_view kHasNone = "credentials not found";

using FoundAuth = std::optional<engine::RegistryAuth>;

std::string Joined(const std::vector<std::string>& directories) {
  std::string path;
  for (const auto& directory : directories) path += (path.empty() ? "" : ":") + directory;
  return path;
}

// Not the PATH that berthd happens to have.
Result<std::string> FindHelper(const std::string& program, const HelperRules& rules) {
  for (const auto& directory : rules.directories) {
    const std::string file = directory + "/" + program;
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) continue;
    if (auto trusted = CheckTrust(status.st_mode, status.st_uid, ::geteuid()); !trusted) {
      return Annotate(trusted.error(), file + " is not run");
    }
    return file;
  }
  return Error{Code::kNotFound, "HELPER_NOT_FOUND",
               "there is no " + program + " in " + Joined(rules.directories) + "; install it there"};
}

// Some helpers keep files of their own at home.
std::vector<std::string> Environment(const HelperRules& rules) {
  const char* home = std::getenv("HOME");  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return {"PATH=" + Joined(rules.directories) + ":/bin", std::string("HOME=") + (home != nullptr ? home : "/root")};
}

Result<FoundAuth> Understand(const std::string& program, const ChildEnd& end) {
  if (end.timed_out) return Error{Code::kDeadlineExceeded, "HELPER_TIMEOUT", program + " did not answer in time"};
  if (end.exit_code != 0 && end.output.find(kHasNone) != end.output.npos) return FoundAuth();
  if (end.exit_code != 0) {
    return Error{Code::kFailedPrecondition, "HELPER_FAILED",
                 program + " failed with exit code " + std::to_string(end.exit_code) + "; run it by hand to see why"};
  }
  auto auth = ParseHelperAnswer(end.output);
  if (!auth) return Error{Code::kFailedPrecondition, "HELPER_FAILED", program + " did not print credentials"};
  return auth;
}

}  // namespace

Result<> CheckHelperName(std::string_view name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
  if (plain && !name.empty() && name.size() <= kLongestName) return {};
  return Error{Code::kInvalidArgument, "BAD_HELPER_NAME",
               "the name of a credential helper has at most 64 letters, digits, '.', '_' and '-'"};
}

FoundAuth ParseHelperAnswer(std::string_view output) {
  boost::system::error_code failure;
  const auto answer = boost::json::parse(output, failure);
  if (failure || !answer.is_object()) return std::nullopt;
  engine::RegistryAuth auth;
  auth.username = StringAt(answer.get_object(), "Username");
  auth.password = StringAt(answer.get_object(), "Secret");
  if (auth.username.empty() || auth.password.empty()) return std::nullopt;
  if (auth.username == "<token>") {
    auth.identity_token = std::exchange(auth.password, {});
    auth.username.clear();
  }
  return auth;
}

ResultTask<FoundAuth> AskHelper(std::string name, std::string server, HelperRules rules) {
  if (auto good = CheckHelperName(name); !good) co_return good.error();
  const std::string program = "docker-credential-" + name;
  auto file = FindHelper(program, rules);
  if (!file) co_return file.error();
  ChildCommand command;
  command.arguments = {*file, "get"};
  command.environment = Environment(rules);
  command.input = server;
  command.time_limit = rules.time_limit;
  command.max_output = kLargestAnswer;
  command.keep_errors = false;
  auto end = co_await RunChild(std::move(command));
  if (!end) co_return end.error();
  auto understood = Understand(program, *end);
  if (understood && *understood) (**understood).server_address = server;
  co_return understood;
}

}  // namespace berth::agent
