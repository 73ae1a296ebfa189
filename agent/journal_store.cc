#include "agent/journal_store.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "agent/journal_schema.h"

namespace berth::agent {
namespace {

using sqlite::Database;
using std::filesystem::path;

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  int get() const { return value_; }

 private:
  int value_;
};

Error Unusable(const path& directory, const std::string& why) {
  return {Code::kFailedPrecondition, "STATE_DIR_UNUSABLE",
          "the state directory " + directory.string() + " can't be used: " + why +
              "; make it writable for the user that berthd runs as, or set state_dir to another one"};
}

std::string SystemError() { return std::generic_category().message(errno); }

// So that a new name in it survives a power cut.
void SyncDirectory(const path& directory) {
  const Descriptor descriptor(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.get() >= 0) ::fsync(descriptor.get());
}

Result<> MakeDirectory(const path& directory) {
  std::error_code failure;
  const bool created = std::filesystem::create_directories(directory, failure);
  if (failure) return Unusable(directory, failure.message());
  if (created) {
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all, failure);
    SyncDirectory(directory.parent_path());
  }
  if (::access(directory.c_str(), W_OK | X_OK) != 0) return Unusable(directory, SystemError());
  return {};
}

Error CannotOpen(const path& file) {
  if (errno == ENOSPC || errno == EDQUOT) {
    return {Code::kResourceExhausted, "DISK_FULL",
            "there is no space for the journal in " + file.parent_path().string() + "; free some"};
  }
  const std::string why = SystemError();
  std::error_code ignored;
  const bool is_there = std::filesystem::exists(std::filesystem::symlink_status(file, ignored));
  if (!is_there) return Unusable(file.parent_path(), why);
  return {Code::kDataLoss, "JOURNAL_UNREADABLE", "the journal can't be opened (" + why + ")"};
}

// Before SQLite does, which would let others read it. The write-ahead log takes over the mode.
Result<> MakeFile(const path& file) {
  const Descriptor descriptor(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (descriptor.get() < 0 || ::fchmod(descriptor.get(), 0600) != 0) return CannotOpen(file);
  SyncDirectory(file.parent_path());
  return {};
}

// One agent alone may have it: two would both recover the same operations. The lock goes with the process.
constexpr const char* kSettings =
    "PRAGMA locking_mode = EXCLUSIVE;"
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA journal_size_limit = 4194304;";

Result<> CheckPages(Database& database) {
  const auto verdict = database.Text("PRAGMA quick_check(1)");
  if (!verdict) return verdict.error();
  if (*verdict == "ok") return {};
  return Error{Code::kDataLoss, "JOURNAL_CORRUPT", "the journal is damaged (" + *verdict + ")"};
}

Result<Database> OpenAndCheck(const path& file) {
  if (const auto made = MakeFile(file); !made) return made.error();
  auto database = Database::Open(file);
  if (!database) return database.error();
  database->MergeLogOnClose(false);  // what is set aside is evidence
  if (const auto set = database->Execute(kSettings); !set) return set.error();
  if (const auto sound = CheckPages(*database); !sound) return sound.error();
  if (const auto current = BringUpToDate(*database); !current) return current.error();
  database->MergeLogOnClose(true);
  return database;
}

// "20260102T030405Z"
std::string Stamp(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  char text[64];
  std::snprintf(text, sizeof text, "%04d%02u%02uT%02d%02d%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text;
}

path FreeName(const path& file, WallTime now) {
  const auto base = file.string() + "." + Stamp(now);
  path name = base + ".broken";
  for (int n = 2; std::filesystem::exists(name); ++n) name = base + "." + std::to_string(n) + ".broken";
  return name;
}

// With its log, so that `sqlite3` can still make something of it.
Result<path> SetAside(const path& file, WallTime now) {
  const auto target = FreeName(file, now);
  for (const char* suffix : {"", "-wal", "-shm"}) {
    const auto from = file.string() + suffix;
    const auto to = target.string() + suffix;
    if (::rename(from.c_str(), to.c_str()) != 0 && errno != ENOENT) return Unusable(file.parent_path(), SystemError());
  }
  SyncDirectory(file.parent_path());
  return target;
}

}  // namespace

Result<JournalStore> OpenJournalStore(const path& state_directory, WallTime now) {
  if (const auto made = MakeDirectory(state_directory); !made) return made.error();
  const auto file = state_directory / "journal.db";
  auto opened = OpenAndCheck(file);
  if (opened) return JournalStore{std::move(*opened), ""};
  if (opened.error().code != Code::kDataLoss) return Annotate(opened.error(), "opening " + file.string());

  const auto moved = SetAside(file, now);
  if (!moved) return moved.error();
  auto fresh = OpenAndCheck(file);
  if (!fresh) return Annotate(fresh.error(), "opening " + file.string());
  return JournalStore{std::move(*fresh), moved->string() + ": " + opened.error().message};
}

}  // namespace berth::agent
