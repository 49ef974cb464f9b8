// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A row is | `name` `name` ... | CUDA | MSL | WGSL |, each bound `exact` or a number with words
// behind it. Assumes that RINGKERNEL_TARGETS_DOCUMENT names docs/Targets.md.

#include "test/Unit/Targets/MathBounds.h"

#include <fstream>
#include <map>
#include <optional>
#include <sstream>

namespace ring::test {
namespace {

struct Row {
  double cuda, msl, wgsl;
};

/// The bound of one cell: what is exact is within half a unit.
std::optional<double> boundOf(const std::string& cell) {
  std::istringstream words(cell);
  std::string word;
  words >> word;
  if (word == "exact" || word == "exact;")
    return 0.5;
  std::istringstream number(word);
  double value = 0;
  if (!(number >> value) || value <= 0)
    return std::nullopt;
  return value;
}

/// Cells of a table's line, without the bars; none for any other line.
std::vector<std::string> cellsOf(const std::string& line) {
  std::vector<std::string> cells;
  if (!line.starts_with("| `"))
    return cells;
  std::istringstream rest(line.substr(1));
  for (std::string cell; std::getline(rest, cell, '|');)
    cells.push_back(cell);
  return cells;
}

/// The names in backticks of a first cell, split at blanks.
std::vector<std::string> namesOf(const std::string& cell) {
  std::vector<std::string> names;
  bool isCode = false;
  std::string code;
  for (const char c : cell) {
    if (c == '`')
      isCode = !isCode;
    code += isCode && c != '`' ? c : ' ';
  }
  std::istringstream words(code);
  for (std::string word; words >> word;)
    names.push_back(word);
  return names;
}

std::map<std::string, Row> readTable() {
  std::map<std::string, Row> rows;
  std::ifstream document(RINGKERNEL_TARGETS_DOCUMENT);
  bool isTable = false;
  for (std::string line; std::getline(document, line);) {
    isTable = line.starts_with("| function (float)") || (isTable && line.starts_with("|"));
    const std::vector<std::string> cells = isTable ? cellsOf(line) : std::vector<std::string>();
    if (cells.size() != 4)
      continue;
    const auto cuda = boundOf(cells[1]), msl = boundOf(cells[2]), wgsl = boundOf(cells[3]);
    if (cuda && msl && wgsl)
      for (const std::string& name : namesOf(cells[0]))
        rows.emplace(name, Row{*cuda, *msl, *wgsl});
  }
  return rows;
}

} // namespace

double MathBound::ulps(Target target) const {
  switch (target) {
  case Target::Msl:
    return msl;
  case Target::Wgsl:
    return wgsl;
  case Target::Cuda:
    return cuda;
  }
  return 0;
}

std::vector<MathBound> mathBounds(std::string& missing) {
  const std::map<std::string, Row> rows = readTable();
  std::vector<MathBound> bounds;
  const auto add = [&](arithmetic::Function function, const char* name, int arity) {
    const auto row = rows.find(name);
    if (row == rows.end())
      missing += std::string(" ") + name;
    else
      bounds.push_back(
          {function, name, arity, row->second.cuda, row->second.msl, row->second.wgsl});
  };
#define RING_UNARY(name) add(arithmetic::Function::name, #name, 1);
#define RING_BINARY(name) add(arithmetic::Function::name, #name, 2);
#include "MathFunctions.def"
  return bounds;
}

} // namespace ring::test
