// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lines of the text form and the list of places behind their '@'. The list is read before the line
// itself, because a node is given its place when it is made.

#include "TextParser.h"

namespace ringc::ir {

/// The cursor stands at the first token of a line, or behind the brace that begins it.
void TextParser::startLine(Location inherited, LineStart start) {
  const bool isLineStart = start == LineStart::Here;
  inherited_ = inherited;
  locations_.clear();
  nextLocation_ = 0;
  trailer_ = 0;
  for (size_t i = position_; i < tokens_.size() && tokens_[i].kind != TokenKind::End; ++i) {
    if (tokens_[i].startsLine && !(i == position_ && isLineStart))
      return;
    if (tokens_[i].kind == TokenKind::Punctuation && tokens_[i].text == "@") {
      trailer_ = i;
      decodeTrailer(i + 1);
      return;
    }
  }
}

/// `12:5 :9.. 1:3:4`; see docs/IR.md, 'Locations'.
bool TextParser::decodeTrailer(size_t index) {
  Location previous = inherited_;
  for (;;) {
    const Token& token = tokens_[index];
    const bool isBrace = token.kind == TokenKind::Punctuation && token.text == "{";
    if (token.startsLine || isBrace)
      break;
    if (!decodeLocation(index, previous))
      return error(DiagId::IRBadLocation, token,
                   "a place is '.', ':column', 'line:column' or 'file:line:column'");
    locations_.push_back(previous);
  }
  if (locations_.empty())
    return error(DiagId::IRBadLocation, tokens_[index], "'@' is followed by at least one place");
  return true;
}

bool TextParser::decodeLocation(size_t& index, Location& loc) {
  const auto isPunctuation = [&](llvm::StringRef text) {
    return tokens_[index].kind == TokenKind::Punctuation && tokens_[index].text == text &&
           !tokens_[index].startsLine;
  };
  const auto number = [&](uint32_t& value) {
    const Token& token = tokens_[index];
    return token.kind == TokenKind::Integer && !token.startsLine && token.suffix.empty() &&
           !token.text.getAsInteger(10, value) && ++index != 0;
  };
  if (isPunctuation(".")) {
    ++index;
    return true;
  }
  uint32_t numbers[3] = {};
  size_t count = 0;
  if (!isPunctuation(":")) {
    if (!number(numbers[count++]))
      return false;
  }
  while (count < 3 && isPunctuation(":") && (count == 0 || !tokens_[index].hasSpaceBefore)) {
    ++index;
    if (!number(numbers[count++]))
      return false;
    if (count == 1)
      break; // ':column' ends here
  }
  switch (count) {
  case 1:
    loc.column = numbers[0];
    return tokens_[index - 2].text == ":";
  case 2:
    loc = {loc.file, numbers[0], numbers[1]};
    return true;
  default:
    loc = {FileId(numbers[0]), numbers[1], numbers[2]};
    return true;
  }
}

Location TextParser::nextLocation() {
  if (nextLocation_ < locations_.size())
    return locations_[nextLocation_++];
  return locations_.empty() ? inherited_ : locations_.back();
}

/// Passes over the places of the line; every one of them must have found its node.
bool TextParser::endLine() {
  if (failed_)
    return false;
  if (position_ == trailer_ && trailer_ != 0) {
    if (nextLocation_ < locations_.size())
      return error(
          DiagId::IRBadLocation, token(),
          fmt::format("the line has {} nodes but {} places", nextLocation_, locations_.size()));
    next();
    while (!token().startsLine && !isPunctuation("{"))
      next();
  }
  if (!isPunctuation("{") && !token().startsLine)
    return syntaxError("the end of the line");
  return true;
}

/// The rest of a line up to its `{`; what follows stands on lines of its own.
bool TextParser::openBrace() {
  if (!endLine())
    return false;
  if (token().startsLine || !expect("{"))
    return syntaxError("'{'");
  if (!token().startsLine && !isPunctuation("}"))
    return syntaxError("a new line");
  return true;
}

/// `}`; the rest of its line is read with the places behind it.
bool TextParser::closeBrace(Location inherited) {
  if (!expect("}"))
    return false;
  startLine(inherited, LineStart::BeforeBrace);
  return !failed_;
}

} // namespace ringc::ir
