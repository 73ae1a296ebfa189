// Programs that know credentials, as the docker command uses them: docker-credential-NAME get.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/task.h"
#include "engine/types.h"

namespace berth::agent {

// Where helpers are looked for, and how long one may take.
struct HelperRules {
  std::vector<std::string> directories{"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin"};
  std::chrono::milliseconds time_limit{20'000};
};

// INVALID_ARGUMENT (BAD_HELPER_NAME): a name has at most 64 letters, digits, '.', '_' and '-'.
Result<> CheckHelperName(std::string_view name);

// What a helper printed; pure. Nothing when that makes no credentials. A user named <token> stands for an identity
// token.
std::optional<engine::RegistryAuth> ParseHelperAnswer(std::string_view output);

// Asks docker-credential-NAME for the credentials of `server`, without a shell. Nothing when the helper has none.
// Errors never show what a helper printed: it may be the secret. As of RunChild, and FAILED_PRECONDITION
// (HELPER_FAILED), DEADLINE_EXCEEDED (HELPER_TIMEOUT), PERMISSION_DENIED (FILE_NOT_TRUSTED), NOT_FOUND
// (HELPER_NOT_FOUND).
ResultTask<std::optional<engine::RegistryAuth>> AskHelper(std::string name, std::string server, HelperRules rules);

}  // namespace berth::agent
