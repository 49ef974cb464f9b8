// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pictures of the wavefield. Amplitudes fall by orders of magnitude while a wave spreads, so each
// picture has its own scale, printed beside its colours.
#include "Picture.h"

#include "common/Axis.h"
#include "common/Canvas.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace wave {

using namespace example;

namespace {

constexpr double kPanelWidth = 1200, kLeft = 76, kTop = 58, kBarsWidth = 170, kBottom = 52;
constexpr double kBarWidth = 18;
/// This part of all cells has at most the pressure that gets the full colour.
constexpr double kFullColourQuantile = 0.995;

std::uint32_t pack(Colour colour) {
  const auto byte = [](double part) { return std::uint32_t(std::lround(255 * part)); };
  return byte(colour.red) << 16 | byte(colour.green) << 8 | byte(colour.blue);
}

Colour mix(Colour from, Colour to, double part) {
  return {from.red + (to.red - from.red) * part, from.green + (to.green - from.green) * part,
          from.blue + (to.blue - from.blue) * part};
}

/// `relative` is 0 for the slowest and 1 for the fastest ground.
Colour speedColour(double relative) { return mix(rgb(0xf7f5ee), rgb(0x6f675c), relative); }

/// `relative` is the pressure in [-1, 1]; small ones let the ground show through.
Colour pressureColour(double relative, Colour ground) {
  const double strength = std::pow(std::min(1.0, std::abs(relative)), 0.7);
  return mix(ground, relative < 0 ? rgb(0x1456a8) : rgb(0xc4271b), strength);
}

class Picture {
public:
  Picture(const Model& model, const Setup& setup, const std::vector<float>& pressure)
      : model_(model), setup_(setup), pressure_(pressure), panel_(panelOf(model)),
        canvas_(int(panel_.right() + kBarsWidth), int(panel_.bottom() + kBottom)),
        slowest_(model.slowest()), fastest_(std::max(model.fastest(), slowest_ + 1)),
        full_(fullPressure()) {}

  std::string draw(double seconds) {
    drawGroundAndWave();
    drawAxes();
    drawSource();
    drawBars();
    canvas_.text({kLeft, 34}, fmt::format("{}, {:.3f} s", model_.name, seconds),
                 {.size = 18, .colour = rgb(0x1a1a1a), .bold = true});
    canvas_.text({panel_.right(), 34},
                 fmt::format("{} by {} cells of {:g} m, source of {:g} Hz", model_.columns,
                             model_.depths, model_.spacing, setup_.peakFrequency),
                 {.align = Align::Right});
    return canvas_.png();
  }

private:
  static Rect panelOf(const Model& model) {
    return {kLeft, kTop, kPanelWidth,
            std::round(kPanelWidth * double(model.depths) / double(model.columns))};
  }

  float pressureAt(std::size_t column, std::size_t depth) const {
    return pressure_[setup_.index(setup_.border + column, setup_.border + depth)];
  }

  /// The pressure that gets the full colour; never 0.
  double fullPressure() const {
    std::vector<float> sizes;
    sizes.reserve(model_.speed.size());
    for (std::size_t column = 0; column < model_.columns; ++column)
      for (std::size_t depth = 0; depth < model_.depths; ++depth)
        sizes.push_back(std::abs(pressureAt(column, depth)));
    const auto at = sizes.begin() + std::ptrdiff_t(double(sizes.size() - 1) * kFullColourQuantile);
    std::nth_element(sizes.begin(), at, sizes.end());
    return std::max(double(*at), 1e-30);
  }

  Colour groundAt(std::size_t column, std::size_t depth) const {
    return speedColour((model_.at(column, depth) - slowest_) / (fastest_ - slowest_));
  }

  void drawGroundAndWave() {
    std::vector<std::uint32_t> pixels;
    pixels.reserve(model_.speed.size());
    for (std::size_t depth = 0; depth < model_.depths; ++depth)
      for (std::size_t column = 0; column < model_.columns; ++column)
        pixels.push_back(
            pack(pressureColour(pressureAt(column, depth) / full_, groundAt(column, depth))));
    canvas_.image(panel_, pixels, int(model_.columns), int(model_.depths));
    canvas_.outline(panel_, rgb(0x555555));
  }

  void drawAxes() {
    const double width = double(model_.columns - 1) * model_.spacing / 1000;
    const double depth = double(model_.depths - 1) * model_.spacing / 1000;
    const Scale across{0, width, panel_.x, panel_.right()};
    const Scale down{0, depth, panel_.y, panel_.bottom()};
    for (const Tick& tick : numberTicks(0, width, 12)) {
      const double x = across(tick.value);
      canvas_.line({{x, panel_.bottom()}, {x, panel_.bottom() + 5}}, rgb(0x555555));
      canvas_.text({x, panel_.bottom() + 20}, tick.label, {.align = Align::Centre});
    }
    for (const Tick& tick : numberTicks(0, depth, 6)) {
      const double y = down(tick.value);
      canvas_.line({{panel_.x - 5, y}, {panel_.x, y}}, rgb(0x555555));
      canvas_.text({panel_.x - 9, y + 4.5}, tick.label, {.align = Align::Right});
    }
    canvas_.text({panel_.x + panel_.width / 2, panel_.bottom() + 42}, "distance, km",
                 {.align = Align::Centre});
    canvas_.text({24, panel_.y + panel_.height / 2}, "depth, km",
                 {.align = Align::Centre, .upwards = true});
  }

  void drawSource() {
    const double cell = panel_.width / double(model_.columns);
    const Point at{panel_.x + (double(setup_.sourceColumn - setup_.border) + 0.5) * cell,
                   panel_.y + (double(setup_.sourceDepth - setup_.border) + 0.5) * cell};
    canvas_.dot(at, 5, rgb(0xffffff));
    canvas_.dot(at, 3.5, rgb(0x1a1a1a));
  }

  /// A bar from `low` below to `high` above.
  template <class ColourAt>
  void drawBar(double x, const std::string& title, double low, double high, ColourAt colourAt) {
    const Rect bar{x, panel_.y + 28, kBarWidth, panel_.height - 28};
    const int steps = int(bar.height);
    for (int i = 0; i < steps; ++i)
      canvas_.fill({bar.x, bar.bottom() - i - 1, bar.width, 1}, colourAt((i + 0.5) / steps));
    canvas_.outline(bar, rgb(0x555555));
    canvas_.text({x, panel_.y + 14}, title, {.size = 12});
    const Scale scale{low, high, bar.bottom(), bar.y};
    for (const Tick& tick : numberTicks(low, high, 5))
      canvas_.text({bar.right() + 5, scale(tick.value) + 4.5}, tick.label, {.size = 11});
  }

  void drawBars() {
    drawBar(panel_.right() + 22, "km/s", slowest_ / 1000, fastest_ / 1000, speedColour);
    drawBar(panel_.right() + 92, "pressure", -full_, full_,
            [](double part) { return pressureColour(2 * part - 1, rgb(0xf7f5ee)); });
  }

  const Model& model_;
  const Setup& setup_;
  const std::vector<float>& pressure_;
  Rect panel_;
  Canvas canvas_;
  double slowest_, fastest_; ///< m/s
  double full_;
};

} // namespace

std::string drawPicture(const Model& model, const Setup& setup, const std::vector<float>& pressure,
                        double seconds) {
  return Picture(model, setup, pressure).draw(seconds);
}

} // namespace wave
