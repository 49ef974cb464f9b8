// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two panels over one time axis: values above, scores below. Scores crowd near 1, so the lower axis
// counts their nines: its height is -log10(1 - score).
#include "Plot.h"

#include "Report.h"

#include "common/Axis.h"
#include "common/Canvas.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace anomaly {

using namespace example;

namespace {

constexpr int kWidth = 1400, kHeight = 720;
constexpr double kLeft = 86, kRight = 24;
constexpr Rect kValuePanel{kLeft, 64, kWidth - kLeft - kRight, 380};
constexpr Rect kScorePanel{kLeft, 478, kWidth - kLeft - kRight, 190};

constexpr Colour kValueColour = rgb(0x2b5c8a), kScoreColour = rgb(0x4d4d4d);
constexpr Colour kAlertColour = rgb(0xd6301d), kWindowColour = rgb(0xf2a93b, 0.28);
constexpr Colour kGridColour = rgb(0xe3e3e3), kFrameColour = rgb(0x8c8c8c);
constexpr Colour kProbationColour = rgb(0xf0f0f0);

/// -log10(1 - score); a double knows no more than 16 nines.
double nines(double score) { return -std::log10(std::max(1 - score, 1e-16)); }

class Plot {
public:
  Plot(const Series& series, const std::vector<double>& scores, double threshold)
      : series_(series), scores_(scores), threshold_(threshold),
        probation_(probationRows(scores.size())), canvas_(kWidth, kHeight) {
    const auto [first, last] = std::minmax_element(series.seconds.begin(), series.seconds.end());
    time_ = {double(*first), double(std::max(*last, *first + 1)), kLeft, kValuePanel.right()};
    const auto [low, high] = std::minmax_element(series.values.begin(), series.values.end());
    const double margin = *low < *high ? (*high - *low) * 0.06 : 1;
    value_ = {*low - margin, *high + margin, kValuePanel.bottom(), kValuePanel.y};
    double most = nines(threshold);
    for (std::size_t row = probation_; row < scores.size(); ++row)
      most = std::max(most, nines(scores[row]));
    nines_ = {0, std::max(1.0, most) * 1.08, kScorePanel.bottom(), kScorePanel.y};
  }

  std::string draw() {
    for (const Rect& panel : {kValuePanel, kScorePanel})
      drawWindows(panel);
    drawAxes();
    drawValues();
    drawScores();
    for (const Rect& panel : {kValuePanel, kScorePanel})
      canvas_.outline(panel, kFrameColour);
    drawHeading();
    return canvas_.png();
  }

private:
  double timeOf(std::size_t row) const { return time_(double(series_.seconds[row])); }
  bool isAlert(std::size_t row) const { return row >= probation_ && scores_[row] >= threshold_; }

  void drawWindows(const Rect& panel) {
    canvas_.fill({panel.x, panel.y, timeOf(probation_) - panel.x, panel.height}, kProbationColour);
    for (const Window& window : series_.windows) {
      const double from = timeOf(window.first), to = timeOf(window.last);
      canvas_.fill({from, panel.y, std::max(to - from, 1.0), panel.height}, kWindowColour);
    }
  }

  void drawAxes() {
    for (const Tick& tick : dateTicks(time_.low, time_.high, 10)) {
      const double x = time_(tick.value);
      for (const Rect& panel : {kValuePanel, kScorePanel})
        canvas_.line({{x, panel.y}, {x, panel.bottom()}}, kGridColour);
      canvas_.text({x, kScorePanel.bottom() + 20}, tick.label, {.align = Align::Centre});
    }
    for (const Tick& tick : numberTicks(value_.low, value_.high, 7))
      drawLevel(kValuePanel, value_(tick.value), tick.label);
    const int step = std::max(1, int(nines_.high / 4));
    for (int count = 0; count <= int(nines_.high); count += step) {
      const std::string label = count <= 4 ? fmt::format("{:.{}f}", 1 - std::pow(10, -count), count)
                                           : fmt::format("1 - 1e-{}", count);
      drawLevel(kScorePanel, nines_(count), label);
    }
    const TextStyle title{.align = Align::Centre, .upwards = true};
    canvas_.text({20, kValuePanel.y + kValuePanel.height / 2}, "value", title);
    canvas_.text({20, kScorePanel.y + kScorePanel.height / 2}, "score", title);
  }

  void drawLevel(const Rect& panel, double y, const std::string& label) {
    canvas_.line({{panel.x, y}, {panel.right(), y}}, kGridColour);
    canvas_.text({panel.x - 8, y + 4.5}, label, {.align = Align::Right});
  }

  void drawValues() {
    std::vector<Point> line;
    for (std::size_t row = 0; row < series_.values.size(); ++row)
      line.push_back({timeOf(row), value_(series_.values[row])});
    canvas_.clip(kValuePanel);
    canvas_.line(line, kValueColour, 1);
    for (std::size_t row = 0; row < line.size(); ++row)
      if (isAlert(row))
        canvas_.dot(line[row], 4, kAlertColour);
    canvas_.unclip();
  }

  void drawScores() {
    canvas_.clip(kScorePanel);
    for (std::size_t row = 0; row < scores_.size(); ++row) {
      const double x = timeOf(row), y = nines_(nines(scores_[row]));
      canvas_.line({{x, kScorePanel.bottom()}, {x, y}}, isAlert(row) ? kAlertColour : kScoreColour,
                   isAlert(row) ? 1.5 : 0.5);
    }
    const double level = nines_(nines(threshold_));
    canvas_.line({{kScorePanel.x, level}, {kScorePanel.right(), level}}, kAlertColour, 1);
    canvas_.unclip();
  }

  void drawHeading() {
    canvas_.text({kLeft, 36}, series_.name, {.size = 18, .colour = rgb(0x1a1a1a), .bold = true});
    double x = kWidth - kRight;
    const auto entry = [&](const std::string& label, auto&& drawMark) {
      x -= canvas_.textWidth(label);
      canvas_.text({x, 36}, label);
      x -= 8;
      drawMark();
      x -= 24 + 22;
    };
    std::size_t count = 0;
    for (std::size_t row = 0; row < scores_.size(); ++row)
      count += isAlert(row);
    entry(threshold_ > 1 ? "no alerts"
                         : fmt::format("{} alerts: score at least {:.6g}", count, threshold_),
          [&] { canvas_.dot({x - 8, 31.5}, 4.5, kAlertColour); });
    entry("labelled window", [&] { canvas_.fill({x - 20, 24, 20, 15}, kWindowColour); });
    entry("probation", [&] {
      canvas_.fill({x - 20, 24, 20, 15}, kProbationColour);
      canvas_.outline({x - 20, 24, 20, 15}, kGridColour);
    });
    entry("value", [&] { canvas_.line({{x - 20, 31.5}, {x, 31.5}}, kValueColour, 2); });
  }

  const Series& series_;
  const std::vector<double>& scores_;
  double threshold_;
  std::size_t probation_; ///< rows that raise no alerts
  Canvas canvas_;
  Scale time_{}, value_{}, nines_{};
};

} // namespace

std::string drawPlot(const Series& series, const std::vector<double>& scores, double threshold) {
  return Plot(series, scores, threshold).draw();
}

} // namespace anomaly
