#include "agent/sqlite.h"

#include <cerrno>
#include <system_error>

#include <sqlite3.h>

namespace berth::agent::sqlite {
namespace {

// How long to wait for an agent that is just ending.
constexpr int kBusyTimeoutMilliseconds = 500;

// Ways in which a file system says that it takes no more.
bool IsFull(int code, int system_error) {
  const bool no_space = system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG;
  return code == SQLITE_FULL || (code == SQLITE_IOERR && no_space);
}

// A read that fails for good is as bad as a damaged page.
bool IsDamaged(int code) {
  return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB || code == SQLITE_IOERR_READ ||
         code == SQLITE_IOERR_SHORT_READ;
}

// The errno behind an error. SQLite itself remembers it only for some statements, and not for COMMIT: so ask its files,
// the write-ahead log first.
int SystemError(sqlite3* handle) {
  int system_error = 0;
  sqlite3_file* log = nullptr;
  sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  if (log && log->pMethods) log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &system_error);
  if (system_error == 0) sqlite3_file_control(handle, "main", SQLITE_FCNTL_LAST_ERRNO, &system_error);
  return system_error != 0 ? system_error : sqlite3_system_errno(handle);
}

Error LastError(sqlite3* handle, int code) {
  const int primary = code & 0xff;
  const bool from_system = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN;
  const int system_error = handle && from_system ? SystemError(handle) : 0;
  std::string what = handle ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  if (system_error != 0) what += ": " + std::generic_category().message(system_error);

  if (IsFull(primary, system_error)) {
    return {Code::kResourceExhausted, "DISK_FULL",
            "the journal can't be written because its disk is full (" + what + "); free some space, then try again"};
  }
  if (primary == SQLITE_BUSY) return {Code::kFailedPrecondition, "JOURNAL_IN_USE", "another process uses the journal"};
  if (IsDamaged(code)) return {Code::kDataLoss, "JOURNAL_CORRUPT", "the journal is damaged (" + what + ")"};
  return {Code::kInternal, "JOURNAL_FAILED", "the journal failed (" + what + ")"};
}

}  // namespace

void Database::Closer::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

Result<Database> Database::Open(const std::filesystem::path& file) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(handle);
  if (code != SQLITE_OK) return LastError(handle, code);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, kBusyTimeoutMilliseconds);
  return database;
}

Result<> Database::Execute(const std::string& sql) {
  const int code = sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return LastError(handle(), code);
  return {};
}

Result<std::int64_t> Database::Integer(const std::string& sql) {
  auto text = Text(sql);
  if (!text) return text.error();
  return std::strtoll(text->c_str(), nullptr, 10);
}

Result<std::string> Database::Text(const std::string& sql) {
  auto statement = Statement::Prepare(*this, sql);
  if (!statement) return statement.error();
  const auto row = statement->Next();
  if (!row) return row.error();
  return *row ? statement->Text(0) : std::string();
}

void Database::MergeLogOnClose(bool merge) {
  sqlite3_db_config(handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, merge ? 0 : 1, nullptr);
}

int Database::ChangedRows() const { return sqlite3_changes(handle()); }

void Statement::Finalizer::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Result<Statement> Statement::Prepare(Database& database, std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(database.handle(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return LastError(database.handle(), code);
  return Statement(statement);
}

void Statement::Note(int bind_code) {
  if (bind_error_ == SQLITE_OK) bind_error_ = bind_code;
}

Statement& Statement::Bind(std::int64_t value) {
  Note(sqlite3_bind_int64(statement_.get(), next_++, value));
  return *this;
}

Statement& Statement::Bind(std::string_view value) {
  // A null pointer would bind NULL, and that is what an empty view may hold.
  const char* text = value.empty() ? "" : value.data();
  Note(sqlite3_bind_text64(statement_.get(), next_++, text, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::BindNull() {
  Note(sqlite3_bind_null(statement_.get(), next_++));
  return *this;
}

Result<> Statement::Run() {
  const auto row = Next();
  if (!row) return row.error();
  Reset();
  return {};
}

Result<bool> Statement::Next() {
  const int code = bind_error_ == SQLITE_OK ? sqlite3_step(statement_.get()) : bind_error_;
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    Reset();
    return false;
  }
  const auto error = LastError(sqlite3_db_handle(statement_.get()), code);
  Reset();
  return error;
}

void Statement::Reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  next_ = 1;
  bind_error_ = SQLITE_OK;
}

bool Statement::IsNull(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }

std::int64_t Statement::Integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }

std::string Statement::Text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return bytes ? std::string(bytes, size) : std::string();
}

Result<Transaction> Transaction::Begin(Database& database) {
  if (const auto begun = database.Execute("BEGIN IMMEDIATE"); !begun) return begun.error();
  return Transaction(database);
}

// A failure may have rolled it back already.
Transaction::~Transaction() {
  if (database_ && sqlite3_get_autocommit(database_->handle()) == 0) (void)database_->Execute("ROLLBACK");
}

Result<> Transaction::Commit() { return database_->Execute("COMMIT"); }

}  // namespace berth::agent::sqlite
