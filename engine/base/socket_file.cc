#include "engine/base/socket_file.h"

#include <fcntl.h>
#include <filesystem>
#include <grp.h>
#include <optional>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <boost/asio/error.hpp>

#include "engine/base/log.h"

namespace berth {
namespace {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using boost::system::error_code;

constexpr mode_t kOursAlone = 0600;

Error Failed(const std::string& path, const std::string& why) {
  return {Code::kFailedPrecondition, "SOCKET_FAILED", "listening at " + path + ": " + why, {{"path", path}}};
}

Error FailedWithErrno(const std::string& path, const std::string& doing) {
  return Failed(path, doing + ": " + std::generic_category().message(errno));
}

bool FitsIntoAnAddress(const std::string& path) { return path.size() < sizeof(sockaddr_un::sun_path); }

// A full backlog counts as an answer, so this does not wait.
bool SomebodyAnswersAt(const asio::any_io_executor& loop, const std::string& path) {
  stream_protocol::socket probe(loop);
  error_code error;
  probe.open({}, error);
  probe.native_non_blocking(true, error);
  probe.connect(path, error);
  return !error || error == asio::error::would_block || error == asio::error::try_again;
}

Result<> CheckVacant(const asio::any_io_executor& loop, const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return errno == ENOENT ? Result<>() : FailedWithErrno(path, "looking at it");
  if (!S_ISSOCK(status.st_mode))
    return Failed(path, "there is a file that is no socket; remove it or choose another path");
  if (!SomebodyAnswersAt(loop, path)) return {};
  return Error{Code::kAlreadyExists, "ALREADY_LISTENING", "another berthd is listening at " + path, {{"path", path}}};
}

std::optional<gid_t> GroupId(const std::string& name) {
  std::vector<char> buffer(16 * 1024);
  struct group entry {};
  struct group* found = nullptr;
  getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  return found == nullptr ? std::nullopt : std::optional(found->gr_gid);
}

// Only root can give files to groups that it is not in.
void GiveToGroup(const std::string& path, gid_t group) {
  if (chown(path.c_str(), static_cast<uid_t>(-1), group) == 0) return;
  log::Warning("the socket stays with the agent's own group", {{"why", std::generic_category().message(errno)}});
}

// The mode of a socket before it is bound is the mode of its file: at no instant can anybody else open it.
Result<> Bind(UnixAcceptor& acceptor, const std::string& path) {
  error_code error;
  acceptor.open({}, error);
  if (error) return Failed(path, error.message());
  fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
  fchmod(acceptor.native_handle(), kOursAlone);
  unlink(path.c_str());
  acceptor.bind(path, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (!error) acceptor.native_non_blocking(true, error);
  if (error) return Failed(path, error.message());
  return {};
}

Result<> MakeDirectoryOf(const std::string& path) {
  std::error_code error;
  const auto directory = std::filesystem::path(path).parent_path();
  if (!directory.empty()) std::filesystem::create_directory(directory, error);
  if (error) return Failed(path, "making its directory: " + error.message());
  return {};
}

}  // namespace

Result<UnixAcceptor> ListenAt(const asio::any_io_executor& loop, const SocketFile& file) {
  if (!FitsIntoAnAddress(file.path)) return Failed(file.path, "the path is too long for a Unix socket");
  const auto directory = MakeDirectoryOf(file.path);
  if (!directory) return directory.error();
  const auto vacant = CheckVacant(loop, file.path);
  if (!vacant) return vacant.error();

  const auto group = GroupId(file.group);  // may take a while: before there is a file that nobody may use yet
  UnixAcceptor acceptor(loop);
  const auto bound = Bind(acceptor, file.path);
  if (!bound) return bound.error();
  if (group) GiveToGroup(file.path, *group);
  if (chmod(file.path.c_str(), file.mode) != 0) return FailedWithErrno(file.path, "setting its mode");
  return acceptor;
}

}  // namespace berth
