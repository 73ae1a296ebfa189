// Messages as JSON: proto3's own mapping, with field names as in the .proto files and fields at their default written
// out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <google/protobuf/message.h>

namespace berth::cli {

// One line, without the newline.
std::string ToJson(const google::protobuf::Message& message);

// In quotes, escaped.
std::string JsonString(std::string_view text);

template <class Message>
std::string JsonArray(const std::vector<Message>& messages) {
  std::string text = "[";
  for (const Message& message : messages) text += (text.size() > 1 ? "," : "") + ToJson(message);
  return text + "]";
}

}  // namespace berth::cli
