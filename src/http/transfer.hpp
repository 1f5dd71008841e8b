// SPDX-License-Identifier: Apache-2.0
// One request on its way: the libcurl handle, what it sends and what came back so far.
#pragma once
#include "sallyport/http/client.hpp"

#include <curl/curl.h>

namespace sallyport::http {

struct CleanEasy {
    void operator()(CURL *handle) const { curl_easy_cleanup(handle); }
};
struct CleanList {
    void operator()(curl_slist *list) const { curl_slist_free_all(list); }
};

class Transfer {
  public:
    // InvalidInput for a header that is not well formed, Internal if libcurl refuses an option.
    static base::Result<std::unique_ptr<Transfer>>
    make(Ticket ticket, const Request &request, const Limits &limits, const Settings &settings);
    ~Transfer();
    Transfer(const Transfer &) = delete;
    Transfer &operator=(const Transfer &) = delete;

    Ticket ticket() const { return ticket_; }
    CURL *handle() const { return handle_.get(); }
    base::Result<Response> finish(CURLcode code);

  private:
    Transfer(Ticket ticket, const Request &request, const Limits &limits, const Settings &settings);
    bool set_options(const Settings &settings);
    bool set_request();
    static std::size_t on_body(char *data, std::size_t size, std::size_t count, void *self);
    static std::size_t on_header(char *data, std::size_t size, std::size_t count, void *self);
    static curl_socket_t on_socket(void *self, curlsocktype purpose, curl_sockaddr *address);
    bool may_dial(const curl_sockaddr &address) const;

    Ticket ticket_;
    Request request_;
    Limits limits_;
    bool plain_, guarded_, proxied_;
    std::unique_ptr<CURL, CleanEasy> handle_;
    std::unique_ptr<curl_slist, CleanList> headers_;
    Response response_;
    std::size_t header_bytes_ = 0;
    bool too_large_ = false, refused_address_ = false;
};

} // namespace sallyport::http
