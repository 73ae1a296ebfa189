#include "agent/rpc/audit_service.h"

#include <algorithm>
#include <charconv>

#include "agent/rpc/convert.h"
#include "agent/rpc/fields.h"
#include "engine/base/utf8.h"

namespace berth::rpc {
namespace {

constexpr int kUsualPage = 50;
constexpr int kLargestPage = 1000;
constexpr std::size_t kLongestText = 500;

// Nothing but digits.
std::optional<std::int64_t> ToId(const std::string& token) {
  std::int64_t id = 0;
  const auto* end = token.data() + token.size();
  const auto parsed = std::from_chars(token.data(), end, id);
  const bool good = parsed.ec == std::errc() && parsed.ptr == end && id > 0;
  return good ? std::optional(id) : std::nullopt;
}

Result<> ReadTime(bool has, const google::protobuf::Timestamp& time, std::string_view field,
                  std::optional<WallTime>& into) {
  if (!has) return {};
  const auto read = ToTime(time, field);
  if (!read) return read.error();
  into = *read;
  return {};
}

Result<> CheckTexts(const v1::ListAuditRecordsRequest& proto) {
  for (const auto& [text, field] : {std::pair(&proto.identity(), "identity"), std::pair(&proto.target(), "target"),
                                    std::pair(&proto.method(), "method")}) {
    if (auto good = CheckText(*text, field, kLongestText); !good) return good;
  }
  return {};
}

}  // namespace

Result<agent::AuditQuery> ToQuery(const v1::ListAuditRecordsRequest& proto) {
  if (proto.page_size() < 0) return BadField("page_size", "must not be negative");
  const auto before = ToId(proto.page_token());
  if (!proto.page_token().empty() && !before) {
    return BadField("page_token", "must be the next_page_token of an earlier answer");
  }
  if (auto good = CheckTexts(proto); !good) return good.error();
  agent::AuditQuery query;
  for (const auto& read : {ReadTime(proto.has_start_time(), proto.start_time(), "start_time", query.since),
                           ReadTime(proto.has_end_time(), proto.end_time(), "end_time", query.until)}) {
    if (!read) return read.error();
  }
  query.identity = proto.identity();
  query.target = proto.target();
  query.method = proto.method();
  const int size = proto.page_size() == 0 ? kUsualPage : std::min(proto.page_size(), kLargestPage);
  query.limit = static_cast<std::size_t>(size);
  query.before_id = before.value_or(0);
  return query;
}

v1::AuditRecord ToProto(const agent::AuditRecord& record) {
  v1::AuditRecord message;
  message.set_name("auditRecords/" + std::to_string(record.id));
  *message.mutable_time() = ToProto(record.time);
  message.set_identity(ValidUtf8(record.identity));
  message.set_address(ValidUtf8(record.address));
  message.set_method(ValidUtf8(record.method));
  message.set_target(ValidUtf8(record.target));
  message.set_image(ValidUtf8(record.image));
  message.set_request_id(ValidUtf8(record.request_id));
  if (!record.operation.empty()) message.set_operation("operations/" + record.operation);
  message.set_outcome(static_cast<v1::AuditOutcome>(static_cast<int>(record.outcome) + 1));
  message.set_reason(ValidUtf8(record.reason));
  return message;
}

grpc::ServerUnaryReactor* AuditService::ListAuditRecords(grpc::CallbackServerContext* context,
                                                         const v1::ListAuditRecordsRequest* request,
                                                         v1::ListAuditRecordsResponse* response) {
  return bridge_.Read(context, *request, response, [=, this](const agent::Caller&) { return List(*request); });
}

// One record more than fits is asked for, to see whether there is a next page.
ResultTask<v1::ListAuditRecordsResponse> AuditService::List(const v1::ListAuditRecordsRequest& request) {
  auto query = ToQuery(request);
  if (!query) co_return query.error();
  const std::size_t page_size = query->limit++;
  const auto records = audit_.List(*query);
  if (!records) co_return records.error();
  v1::ListAuditRecordsResponse page;
  const std::size_t count = std::min(records->size(), page_size);
  for (std::size_t i = 0; i < count; ++i) *page.add_records() = ToProto((*records)[i]);
  if (records->size() > page_size) page.set_next_page_token(std::to_string((*records)[page_size - 1].id));
  co_return page;
}

}  // namespace berth::rpc
