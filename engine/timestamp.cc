#include "engine/timestamp.h"

#include <array>
#include <chrono>
#include <ctime>

namespace berth::engine {
namespace {

using std::chrono::days;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

// Reads fixed fields from the left; once something does not fit, everything after it fails too.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  int Number(std::size_t digits) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) value = value * 10 + Digit();
    return value;
  }
  void Expect(char wanted) { good_ = Accept(wanted) && good_; }
  bool Accept(char wanted) {
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  nanoseconds Fraction() {
    std::int64_t value = 0;
    std::int64_t unit = 100'000'000;
    do {
      value += Digit() * unit;
      unit /= 10;
    } while (good_ && AtDigit());
    return nanoseconds(value);
  }
  bool Finished() const { return good_ && rest_.empty(); }

 private:
  bool AtDigit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }
  int Digit() {
    good_ = good_ && AtDigit();
    if (!good_) return 0;
    const int digit = rest_.front() - '0';
    rest_.remove_prefix(1);
    return digit;
  }

  std::string_view rest_;
  bool good_ = true;
};

std::chrono::year_month_day ScanDate(Scanner& scanner) {
  const int year = scanner.Number(4);
  scanner.Expect('-');
  const int month = scanner.Number(2);
  scanner.Expect('-');
  const int day = scanner.Number(2);
  return std::chrono::year(year) / month / day;
}

seconds ScanTimeOfDay(Scanner& scanner) {
  const int hour = scanner.Number(2);
  scanner.Expect(':');
  const int minute = scanner.Number(2);
  scanner.Expect(':');
  return seconds(hour * 3600 + minute * 60 + scanner.Number(2));
}

// What local time is ahead of UTC.
minutes ScanOffset(Scanner& scanner) {
  if (scanner.Accept('Z')) return minutes(0);
  const bool ahead = scanner.Accept('+');
  if (!ahead) scanner.Expect('-');
  const int hours = scanner.Number(2);
  scanner.Expect(':');
  const minutes offset(hours * 60 + scanner.Number(2));
  return ahead ? offset : -offset;
}

bool Representable(std::chrono::year year) { return year > std::chrono::year(1678) && year < std::chrono::year(2262); }

}  // namespace

std::optional<WallTime> ParseTimestamp(std::string_view text) {
  Scanner scanner(text);
  const auto date = ScanDate(scanner);
  scanner.Expect('T');
  const seconds time = ScanTimeOfDay(scanner);
  const nanoseconds fraction = scanner.Accept('.') ? scanner.Fraction() : nanoseconds(0);
  const minutes offset = ScanOffset(scanner);
  if (!scanner.Finished() || !date.ok() || time > days(1)) return std::nullopt;
  if (!Representable(date.year())) return WallTime{};
  return std::chrono::sys_days(date) + time + fraction - offset;
}

std::string FormatTimestamp(WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

std::string UnixTimestamp(WallTime time) {
  const auto whole = std::chrono::floor<seconds>(time);
  const std::string fraction = std::to_string(nanoseconds(time - whole).count());
  return std::to_string(whole.time_since_epoch().count()) + '.' + std::string(9 - fraction.size(), '0') + fraction;
}

}  // namespace berth::engine
