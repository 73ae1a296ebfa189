// Containers as text; pure.
#pragma once

#include <string>

#include "berth/v1/container_service.pb.h"
#include "cli/text/palette.h"
#include "cli/text/time.h"

namespace berth::cli {

// "127.0.0.1:8080→80/tcp, 5432/tcp": published on all addresses "80→80/tcp", not published "5432/tcp".
std::string PortsOf(const v1::Container& container);

// NAME IMAGE STATE HEALTH PORTS CREATED; images without the digest behind a tag.
std::string RenderContainers(const v1::ListContainersResponse& list, WallTime now, int width, const Palette& palette);

// Everything that is known of one, a fact a line.
std::string RenderDetails(const v1::ContainerDetails& details, WallTime now, const Palette& palette);

}  // namespace berth::cli
