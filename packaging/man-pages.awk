# The help of a program, as the body of its manual page: sections, and under them options or commands with what they do.
#
# -v heading=TEXT: a command's own help becomes a subsection of that name.
function roff(text) {
  gsub(/\\/, "\\e", text)
  gsub(/-/, "\\-", text)
  return text ~ /^[.']/ ? "\\&" text : text
}
function section(name) {
  if (heading == "") print ".SH " toupper(name)
}
function item(name, what) {
  print ".TP\n\\fB" roff(name) "\\fR\n" roff(what)
}

BEGIN {
  if (heading != "") print ".SS " roff(heading)
}
# What it is comes first, and is a paragraph; how it is called has been said by then.
/^Usage: / {
  sub(/^Usage: /, "")
  if (heading == "") usage = $0
  else print ".PP\n.B " roff($0)
  next
}
/^(Options|Subcommands|Positionals|Environment|Exit codes):?$/ {
  sub(/:$/, "")
  sub(/^Subcommands$/, "Commands")
  sub(/^Positionals$/, "Arguments")
  if (heading == "" && !said) print ".SH SYNOPSIS\n.B " roff(usage) "\n.SH DESCRIPTION\n" text
  said = 1
  section($0)
  listing = 1
  next
}
# Of a command, what all commands have in common is left out.
/^ +-h,--help / || (heading != "" && /^Global options:/) { skip = /^Global/; next }
skip { next }
# An option, and in the same line or the next what it does.
listing && /^  [^ ]/ {
  if (pending != "") item(pending, "")
  pending = ""
  line = substr($0, 3)
  if (match(line, /   +/) || match(line, /  +/)) item(substr(line, 1, RSTART - 1), substr(line, RSTART + RLENGTH))
  else pending = line
  next
}
listing && /^     +/ {
  sub(/^ +/, "")
  if (pending != "") item(pending, $0)
  else print roff($0)
  pending = ""
  next
}
/^$/ {
  if (listing && heading == "") footer = 1
  if (text != "") apart = "\n.PP\n"
  next
}
footer { if (footer == 1) print ".SH NOTES"; footer = 2; print roff($0); next }
!said && heading == "" {
  sub(/^ +/, "")
  text = text (apart != "" ? apart : text != "" ? "\n" : "") roff($0)
  apart = ""
  next
}
{ print roff($0) }
END {
  if (!said && heading == "") print ".SH SYNOPSIS\n.B " roff(usage) "\n.SH DESCRIPTION\n" text
}
