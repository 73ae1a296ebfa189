// What the views of a certificate have in common; pure.
#pragma once

#include <string>

#include "berth/v1/certificate_service.pb.h"
#include "cli/text/palette.h"
#include "cli/text/time.h"

namespace berth::cli {

// What a container shows, next to what is on disk.
enum class Shown { kSame, kNotAsked, kNothing, kOther };  // the worst last

Shown ShownBy(const v1::ServedCertificate& served);
std::string Word(Shown shown);
Tone ToneOf(Shown shown);

// "60 days", "1d 13h", "expired"; "-" for one that can't be read.
std::string TimeLeft(const v1::Certificate& certificate, WallTime now);
// The same behind a bar of its lifetime; red when less than a sixth is left, yellow when less than a third.
std::string LifeLeft(const v1::Certificate& certificate, WallTime now, const Palette& palette);

// "in 29d 23h: 60 of 90 days left"
std::string NextAttempt(const v1::ListCertificatesResponse& list, const v1::Certificate& certificate, WallTime now);

// A sentence for each thing that somebody has to do; empty when there is none.
std::string WhatToDo(const v1::ListCertificatesResponse& list, WallTime now, const Palette& palette);

// What to say of a list without certificates, or of one that is all that the agent does.
std::string WhyLittle(const v1::ListCertificatesResponse& list, const Palette& palette);

}  // namespace berth::cli
