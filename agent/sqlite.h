// As much of SQLite as the journal needs: a database, a prepared statement, a transaction.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace berth::agent::sqlite {

// Errors of all three: RESOURCE_EXHAUSTED (DISK_FULL); FAILED_PRECONDITION (JOURNAL_IN_USE: by another process);
// DATA_LOSS (JOURNAL_CORRUPT: no database, or a damaged one); INTERNAL (JOURNAL_FAILED) for the rest. One thread.
class Database {
 public:
  // REQUIRES: the file exists; an empty one is an empty database.
  static Result<Database> Open(const std::filesystem::path& file);

  // One or more statements whose rows nobody wants.
  Result<> Execute(const std::string& sql);
  // The first column of the first row.
  Result<std::int64_t> Integer(const std::string& sql);
  Result<std::string> Text(const std::string& sql);

  // Whether the write-ahead log is worked into the file and removed at the end. On by default; off leaves both as they
  // are.
  void MergeLogOnClose(bool merge);

  int ChangedRows() const;  // by the last statement
  sqlite3* handle() const { return handle_.get(); }

 private:
  struct Closer {
    void operator()(sqlite3* handle) const;
  };
  explicit Database(sqlite3* handle) : handle_(handle) {}

  std::unique_ptr<sqlite3, Closer> handle_;
};

// Bind in the order of the question marks, then Run or walk the rows; then it may be bound anew.
class Statement {
 public:
  static Result<Statement> Prepare(Database& database, std::string_view sql);

  Statement& Bind(std::int64_t value);
  Statement& Bind(std::string_view value);  // copied
  Statement& BindNull();
  // Null for an empty text.
  Statement& BindOrNull(std::string_view value) { return value.empty() ? BindNull() : Bind(value); }

  // To the end, without rows.
  Result<> Run();
  // True while there is a row; after false or an error it is ready to be bound again.
  Result<bool> Next();
  // Ends a walk early.
  void Reset();

  bool IsNull(int column) const;
  std::int64_t Integer(int column) const;
  std::string Text(int column) const;

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  void Note(int bind_code);

  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
  int next_ = 1;
  int bind_error_ = 0;
};

// Rolled back when it goes without a Commit.
class Transaction {
 public:
  static Result<Transaction> Begin(Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  // On disk when it returns without an error.
  Result<> Commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}

  Database* database_;
};

}  // namespace berth::agent::sqlite
