// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers by from_chars: the whole text is the number, or it is refused.
#include "NumberOption.h"

#include "Failure.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <charconv>
#include <cmath>

namespace example {

namespace {

template <class Number>
CLI::Option* addNumber(CLI::App& app, const std::string& name, Number& value, Number least,
                       Number most, const char* kind, const std::string& description) {
  const auto take = [name, &value, least, most, kind](const std::string& text) {
    Number given{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), given);
    // Written so that NaN is out of range.
    if (error != std::errc() || end != text.data() + text.size() ||
        !(given >= least && given <= most))
      throw CLI::ValidationError(
          name, fmt::format("{} is not a {} from {} to {}", inQuotes(text), kind, least, most));
    value = given;
  };
  return app
      .add_option_function<std::string>(name, take,
                                        fmt::format("{}; {} to {}", description, least, most))
      ->type_name("NUMBER");
}

} // namespace

CLI::Option* addWholeNumber(CLI::App& app, const std::string& name, std::size_t& value,
                            std::size_t least, std::size_t most, const std::string& description) {
  return addNumber(app, name, value, least, most, "whole number", description)
      ->default_str(fmt::format("{}", value));
}

CLI::Option* addDecimalNumber(CLI::App& app, const std::string& name, double& value, double least,
                              double most, const std::string& description) {
  CLI::Option* option = addNumber(app, name, value, least, most, "number", description);
  return std::isnan(value) ? option : option->default_str(fmt::format("{}", value));
}

} // namespace example
