// Asks a server which certificate it shows. A reload that was taken proves nothing; this does.
#pragma once

#include <chrono>
#include <string>

#include "certbot-hook/certificate.h"
#include "certbot-hook/users.h"
#include "engine/base/clock.h"
#include "engine/base/task.h"

namespace berth::certificates {

// A name of the certificate that a server can be asked for: the first, with "www" for "*".
std::string ServerNameOf(const Certificate& certificate);

// TLS 1.2 or later with SNI, to the end of the handshake; nothing is sent after it, and nothing is verified: the serial
// is what counts. UNAVAILABLE (PROBE_FAILED) with what happened. 5 s at the most.
ResultTask<Certificate> Probe(Clock& clock, ProbeAddress address, std::string server_name);

}  // namespace berth::certificates
