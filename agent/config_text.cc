#include "agent/config_text.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <utility>

namespace berth::agent {
namespace {

constexpr std::size_t kLongestList = 1000;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || IsDigit(c) || c == '_' || c == '-';
}
bool IsControl(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }
bool EndsValue(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '#' || c == '\0'; }

void AppendUtf8(std::string& text, std::uint32_t letter) {
  const auto put = [&text](std::uint32_t byte) { text += static_cast<char>(byte); };
  const auto put_rest = [&](int shift) { put(0x80 | (letter >> shift & 0x3f)); };
  if (letter < 0x80) return put(letter);
  if (letter < 0x800) return put(0xc0 | letter >> 6), put_rest(0);
  if (letter < 0x10000) return put(0xe0 | letter >> 12), put_rest(6), put_rest(0);
  put(0xf0 | letter >> 18), put_rest(12), put_rest(6), put_rest(0);
}

// 12, -3, 1_000, 0x1f, 0o17, 0b11. Nothing for anything else, a leading zero or a number that is too large.
std::optional<std::int64_t> ParseInteger(std::string_view text) {
  const bool has_sign = text.starts_with('-') || text.starts_with('+');
  std::string digits(text.substr(has_sign ? 1 : 0));
  int base = 10;
  for (const auto& [prefix, other] : {std::pair("0x", 16), std::pair("0o", 8), std::pair("0b", 2)}) {
    if (!has_sign && digits.starts_with(prefix)) base = other;
  }
  if (base != 10) digits.erase(0, 2);
  const bool bad_underscore = digits.starts_with('_') || digits.ends_with('_') || digits.find("__") != digits.npos;
  std::erase(digits, '_');
  const bool leading_zero = base == 10 && digits.size() > 1 && digits.front() == '0';
  if (digits.empty() || bad_underscore || leading_zero || digits.front() == '-') return std::nullopt;
  if (text.starts_with('-')) digits.insert(0, "-");
  std::int64_t number = 0;
  const auto* end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, number, base);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

// What else TOML has, for a message that tells what it is.
std::optional<OtherValue> OtherWord(std::string_view word) {
  const bool numeric =
      std::all_of(word.begin(), word.end(), [](char c) { return IsDigit(c) || c == '.' || c == '-' || c == ':'; });
  if (!numeric || word.find_first_of(".-:") == word.npos || !IsDigit(word.front())) return std::nullopt;
  return OtherValue{word.find('.') != word.npos ? "a fraction" : "a date or a time"};
}

// Reads line by line. After the first mistake it stands at the end of the text, so that everything comes to its end.
class Parser {
 public:
  Parser(std::string_view text, const std::string& file_name) : text_(text), file_name_(file_name) {
    if (text_.starts_with("\xef\xbb\xbf")) text_.remove_prefix(3);  // a byte order mark
  }

  ConfigText Parse() {
    while (offset_ < text_.size()) ReadLine();
    if (!parsed_.errors.empty()) parsed_.settings.clear();
    return std::move(parsed_);
  }

 private:
  char Peek() const { return offset_ < text_.size() ? text_[offset_] : '\0'; }
  bool Take(std::string_view expected) {
    if (!text_.substr(offset_).starts_with(expected)) return false;
    offset_ += expected.size();
    return true;
  }
  void SkipBlanks() { offset_ = std::min(text_.find_first_not_of(" \t", offset_), text_.size()); }

  void SkipComment() {
    if (Peek() != '#') return;
    while (offset_ < text_.size() && !IsControl(Peek())) ++offset_;
  }

  // Columns count characters.
  std::string Where(std::size_t offset) const {
    const auto before = text_.substr(0, offset);
    const auto line = before.substr(before.rfind('\n') + 1);
    const auto is_character = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
    return file_name_ + ":" + std::to_string(std::count(before.begin(), before.end(), '\n') + 1) + ":" +
           std::to_string(std::count_if(line.begin(), line.end(), is_character) + 1);
  }
  void Fail(std::size_t offset, std::string message) {
    if (parsed_.errors.empty()) parsed_.errors.push_back({Where(offset), std::move(message)});
    offset_ = text_.size();
  }
  void Fail(std::string message) { Fail(offset_, std::move(message)); }

  void ReadLine() {
    SkipBlanks();
    if (Peek() == '[') {
      ReadSection();
    } else if (!EndsValue(Peek())) {
      ReadSetting();
    }
    ReadLineEnd();
  }

  void ReadLineEnd() {
    SkipBlanks();
    SkipComment();
    if (Take("\n") || Take("\r\n") || offset_ == text_.size()) return;
    Fail("there is something more in this line than there should be");
  }

  void ReadSection() {
    const auto begin = offset_++;
    const auto name = ReadKey();
    if (!Take("]")) return Fail("a section's name ends with ]");
    if (!sections_.insert(name).second) return Fail(begin, "the section [" + name + "] is there twice");
    section_ = name + ".";
  }

  void ReadSetting() {
    const auto begin = offset_;
    const auto key = section_ + ReadKey();
    if (!Take("=")) return Fail("behind a name comes = and its value");
    SkipBlanks();
    auto value = ReadValue();
    if (!keys_.insert(key).second) return Fail(begin, key + " is set twice");
    parsed_.settings.push_back({key, std::move(value), Where(begin)});
  }

  // Names with dots between them; the blanks around it belong to it.
  std::string ReadKey() {
    std::string key;
    do {
      if (!key.empty()) key += '.';
      SkipBlanks();
      const auto begin = offset_;
      while (IsNameCharacter(Peek())) ++offset_;
      if (offset_ == begin) Fail("here should be a name of letters, digits, '_' and '-'");
      key += text_.substr(begin, offset_ - begin);
      SkipBlanks();
    } while (Take("."));
    return key;
  }

  ConfigValue ReadValue() {
    const bool is_long = text_.substr(offset_).starts_with("\"\"\"") || text_.substr(offset_).starts_with("'''");
    if (is_long) return Fail("texts of several lines are not used here; put it in one"), ConfigValue();
    if (Take("\"")) return ReadText();
    if (Take("'")) return ReadLiteral();
    if (Take("[")) return ReadList();
    if (Peek() == '{') return Fail("tables are not used here"), ConfigValue();
    return ReadWord();
  }

  // Behind the first bracket, up to and with the last one; over as many lines as it likes.
  std::vector<std::string> ReadList() {
    std::vector<std::string> list;
    for (SkipLines(); !Take("]"); SkipLines()) {
      if (list.size() == kLongestList) return Fail("this list is too long"), list;
      if (Take("\"")) {
        list.push_back(ReadText());
      } else if (Take("'")) {
        list.push_back(ReadLiteral());
      } else {
        return Fail("here should be a text in quotes, or the ] that ends the list"), list;
      }
      SkipLines();
      if (!Take(",") && Peek() != ']') return Fail("behind a text comes , or the ] that ends the list"), list;
    }
    return list;
  }

  void SkipLines() {
    do {
      SkipBlanks();
      SkipComment();
    } while (Take("\n") || Take("\r\n"));
  }

  // Behind the first quote, up to and with the last one.
  std::string ReadText() {
    std::string text;
    while (!Take("\"")) {
      if (offset_ >= text_.size() || IsControl(Peek()))
        return Fail("this text has no end; it wants a \" in its line"), text;
      if (Take("\\")) {
        ReadEscape(text);
      } else {
        text += text_[offset_++];
      }
    }
    return text;
  }

  void ReadEscape(std::string& text) {
    constexpr std::string_view kNames = "btnfr\"\\";
    constexpr std::string_view kMeanings = "\b\t\n\f\r\"\\";
    if (Take("u")) return ReadLetter(text, 4);
    if (Take("U")) return ReadLetter(text, 8);
    const auto which = offset_ < text_.size() ? kNames.find(Peek()) : kNames.npos;
    if (which == kNames.npos) return Fail("behind \\ comes one of b t n f r u U \" \\; a \\ itself is \\\\");
    text += kMeanings[which];
    ++offset_;
  }

  void ReadLetter(std::string& text, std::size_t digits) {
    const auto number = text_.substr(offset_, digits);
    std::uint32_t letter = 0;
    const auto parsed = std::from_chars(number.data(), number.data() + number.size(), letter, 16);
    const bool complete = number.size() == digits && parsed.ptr == number.data() + digits;
    const bool is_letter = letter < 0xd800 || (letter > 0xdfff && letter <= 0x10ffff);
    if (!complete || !is_letter) return Fail("this is no number of a letter");
    AppendUtf8(text, letter);
    offset_ += digits;
  }

  std::string ReadLiteral() {
    const auto begin = offset_;
    while (offset_ < text_.size() && Peek() != '\'' && !IsControl(Peek())) ++offset_;
    std::string text(text_.substr(begin, offset_ - begin));
    if (!Take("'")) Fail("this text has no end; it wants a ' in its line");
    return text;
  }

  ConfigValue ReadWord() {
    const auto begin = offset_;
    while (!EndsValue(Peek())) ++offset_;
    const auto word = text_.substr(begin, offset_ - begin);
    if (const auto number = ParseInteger(word)) return *number;
    if (word == "true" || word == "false") return word == "true";
    if (auto other = OtherWord(word)) return std::move(*other);
    Fail(begin, "here should be a value: a whole number, true, false, or a text in quotes");
    return {};
  }

  std::string_view text_;
  const std::string& file_name_;
  std::size_t offset_ = 0;
  std::string section_;  // with its dot
  std::set<std::string> sections_;
  std::set<std::string> keys_;
  ConfigText parsed_;
};

}  // namespace

ConfigText ParseConfigText(std::string_view text, const std::string& file_name) {
  return Parser(text, file_name).Parse();
}

}  // namespace berth::agent
