// Lists that the agent hands out page by page.
#pragma once

#include <algorithm>

#include "cli/session.h"

namespace berth::cli {

// As many as `limit` says, or all that there are. `items` finds the list in a response:
//
//   Pages(session, &Operations::ListOperations, request, limit, &v1::ListOperationsResponse::mutable_operations)
template <class Service, class Request, class Response, class Items>
Result<Response> Pages(const Session& session,
                       grpc::Status (Service::*method)(grpc::ClientContext*, const Request&, Response*),
                       Request request, int limit, Items* (Response::*items)()) {
  constexpr int kLargestPage = 1000;
  Response all;
  do {
    request.set_page_size(std::min(limit - (all.*items)()->size(), kLargestPage));
    auto page = session.client().Call(method, request);
    if (!page) return page.error();
    (all.*items)()->MergeFrom(*((*page).*items)());
    all.set_next_page_token(page->next_page_token());
    request.set_page_token(page->next_page_token());
  } while (!all.next_page_token().empty() && (all.*items)()->size() < limit);
  return all;
}

}  // namespace berth::cli
