// A text that must not be seen: a password, a key, an address that lets whoever knows it speak.
#pragma once

#include <string>
#include <utility>

namespace berth {

// Can't be printed or put into another text by accident.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  // For whom it is meant, and nobody else.
  const std::string& Reveal() const { return text_; }
  bool empty() const { return text_.empty(); }

  friend bool operator==(const Secret&, const Secret&) = default;
  template <class Stream>
  friend Stream& operator<<(Stream&, const Secret&) = delete;

 private:
  std::string text_;
};

}  // namespace berth
